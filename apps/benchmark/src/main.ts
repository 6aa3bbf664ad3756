import { type Family, parsePlan, type Plan, USAGE } from './arguments.ts';
import { runFragments } from './fragments/run.ts';
import { runHttp } from './http/run.ts';
import { runLatency } from './latency/run.ts';
import { runMemory } from './memory/run.ts';
import type { Row } from './report/row.ts';
import { toTable } from './report/table.ts';
import { runStores } from './stores/run.ts';
import { runWriteBehind } from './write-behind/run.ts';

const RUN: Record<Family, (plan: Plan, onRows: (rows: Row[]) => void) => Promise<void>> = {
  memory: runMemory,
  http: runHttp,
  redis: (plan, onRows) => runStores('redis', plan, onRows),
  sqlite: (plan, onRows) => runStores('sqlite', plan, onRows),
  latency: runLatency,
  fragments: runFragments,
  'write-behind': runWriteBehind,
};

const plan = parsePlan(process.argv.slice(2), (line) => console.error(line));
if (plan === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await report(plan);
}

async function report(plan: Plan): Promise<void> {
  const all: Row[] = [];
  await RUN[plan.family](plan, (rows) => {
    all.push(...rows);
    if (!plan.json) console.log(`\n${toTable(rows)}\n`);
  });
  if (plan.json) console.log(JSON.stringify(all, null, 2));
  if (all.some((row) => row.wrong !== undefined)) console.error('some contenders were wrong');
}
