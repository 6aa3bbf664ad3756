import { fileURLToPath } from 'node:url';
import type { Plan } from '../arguments.ts';
import { runAlone } from '../measure/alone.ts';
import type { Outcome } from '../measure/outcome.ts';
import { interleave } from '../measure/rounds.ts';
import { type Row, toRows } from '../report/row.ts';
import { memoryScenarios } from './scenarios/index.ts';

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
      return runAlone<Outcome>(workerFile, [scenario.name, contender, `${plan.warmUpMs}`, `${plan.measureMs}`]);
    });
    onRows(toRows(scenario.name, results));
  }
}
