import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../arguments.ts';
import type { Outcome } from '../measure/outcome.ts';
import { interleave } from '../measure/rounds.ts';
import { type Row, toRows } from '../report/row.ts';
import { memoryScenarios } from './scenarios/index.ts';

const TOO_LONG_MS = 180_000;
const workerFile = fileURLToPath(import.meta.resolve('./worker.js'));

/** Runs the memory scenarios of a plan; the rows of each are handed over when it is done. */
export async function runMemory(plan: Plan, onRows: (rows: Row[]) => void): Promise<void> {
  for (const scenario of memoryScenarios) {
    if (scenario.onlyWhenFull === true && !plan.full) continue;
    const contenders = plan.select(
      scenario.name,
      scenario.contenders.map(({ name }) => name),
    );
    if (contenders.length === 0) continue;
    const results = await interleave(contenders, plan.rounds, (contender, round) => {
      plan.progress(`${scenario.name}: round ${round + 1} of ${plan.rounds}, ${contender}`);
      return measureAlone(scenario.name, contender, plan);
    });
    onRows(toRows(scenario.name, results));
  }
}

/** A contender that uses AsyncLocalStorage makes every later await in its process slower: each gets its own. */
function measureAlone(scenario: string, contender: string, plan: Plan): Promise<Outcome> {
  const args = [scenario, contender, String(plan.warmUpMs), String(plan.measureMs)];
  const child = fork(workerFile, args, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 2, 2, 'ipc'],
    timeout: TOO_LONG_MS,
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Outcome));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ wrong: `its process ended with exit code ${code}` }));
  });
}
