import { type Plan, parsePlan, USAGE, UsageError } from './arguments.ts';
import { judge, scoreOf, type Judged } from './judge/verdict.ts';
import { checkList, differences, failureList, outdated, undocumented } from './report/failures.ts';
import { toJson } from './report/json.ts';
import { knownFailures } from './report/known-failures.ts';
import { groupTable, scoreboard } from './report/table.ts';
import { transcript } from './report/transcript.ts';
import { runOnce } from './run.ts';
import { missingDependencies, SuiteError, unknownFields } from './suite/check-suite.ts';
import type { Group } from './suite/model.ts';
import { readSuite } from './suite/read-suite.ts';
import { selectTests } from './suite/select-tests.ts';

try {
  await main(parsePlan(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
  else console.error(error instanceof SuiteError ? error.message : error);
  process.exitCode = error instanceof UsageError || error instanceof SuiteError ? 2 : 1;
}

async function main(plan: Plan): Promise<void> {
  const suite = await readSuite(plan.suite);
  const groups = selectTests(suite, plan.ids);
  const unknown = unknownFields(groups);
  if (unknown.length > 0) console.error(`The runner does not know these fields of requests: ${unknown.join(', ')}`);
  const missing = missingDependencies(suite);
  if (missing.length > 0) console.error(`Not in the suite, and taken as passed: ${missing.join(', ')}`);

  const known = knownFailures(plan.documented);
  const runs: Judged[][] = [];
  const json: object[] = [];
  for (let run = 1; run <= plan.repeat; run++) {
    const outcomes = await runOnce(groups, plan, progress(groups, run, plan.repeat));
    const judged = [...judge(groups, outcomes)];
    runs.push(judged);
    json.push(toJson(outcomes, judged));
    if (plan.json) continue;
    for (const outcome of outcomes) if (plan.ids.includes(outcome.id)) console.log(`${transcript(outcome)}\n`);
    if (plan.ids.length === 0) print(groups, plan, judged, known);
  }
  const flaky = differences(runs);
  if (plan.json) console.log(JSON.stringify({ subject: plan.subject, runs: json, differences: flaky }, null, 2));
  else if (plan.repeat > 1)
    console.log(flaky.length === 0 ? 'The runs were equal.' : `The runs differed:\n${flaky.join('\n')}`);
  process.exitCode = exitCode(plan, runs, known, flaky);
}

function print(
  groups: readonly Group[],
  plan: Plan,
  judged: readonly Judged[],
  known: ReadonlyMap<string, string>,
): void {
  const parts = [groupTable(groups, judged), scoreboard(plan.subject, scoreOf(judged))];
  console.log(`\n${[...parts, failureList(judged, known), checkList(judged)].filter(Boolean).join('\n\n')}\n`);
}

/** Says on stderr how far it is; on a terminal after each test. */
function progress(groups: readonly Group[], run: number, runs: number): (done: number) => void {
  const all = groups.reduce((sum, { tests }) => sum + tests.length, 0);
  const title = runs === 1 ? 'tests' : `run ${run} of ${runs}, tests`;
  return (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${title}: ${done} of ${all}${done === all ? '\n' : ''}`);
    else if (done === all) console.error(`${title}: ${done} of ${all}`);
  };
}

/** 1 if anything else happened than what is documented. */
function exitCode(
  plan: Plan,
  runs: readonly (readonly Judged[])[],
  known: ReadonlyMap<string, string>,
  flaky: readonly string[],
): number {
  if (plan.documented === undefined) return 0;
  const all = runs.flat();
  const unexplained = new Set(undocumented(all, known)).size;
  const passing = new Set(outdated(all, known));
  if (unexplained > 0) console.error(`${unexplained} required or optimal tests did not pass for no documented reason.`);
  if (passing.size > 0) console.error(`Documented as failures, but passed: ${[...passing].join(', ')}`);
  return unexplained + passing.size + flaky.length === 0 ? 0 : 1;
}
