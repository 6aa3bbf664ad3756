import { fileURLToPath } from 'node:url';
import type { Plan } from '../arguments.ts';
import { runAlone } from '../measure/alone.ts';
import type { Outcome } from '../measure/outcome.ts';
import { interleave } from '../measure/rounds.ts';
import { type Row, toRows } from '../report/row.ts';
import { storeScenarios, type StoreFamily } from './families.ts';
import { openPlaces } from './place.ts';

const workerFile = fileURLToPath(import.meta.resolve('./worker.js'));

/** Runs the scenarios of one kind of store; the rows of each are handed over when it is done. */
export async function runStores(family: StoreFamily, plan: Plan, onRows: (rows: Row[]) => void): Promise<void> {
  const places = await openPlaces(family);
  try {
    for (const scenario of storeScenarios[family]) {
      const names = scenario.contenders.map(({ name }) => name);
      const contenders = plan.select(scenario.name, names);
      if (contenders.length === 0) continue;
      const results = await interleave(contenders, plan.rounds, async (contender, round) => {
        plan.progress(`${scenario.name}: round ${round + 1} of ${plan.rounds}, ${contender}`);
        const place = await places.next();
        const budget = [`${plan.warmUpMs}`, `${plan.measureMs}`];
        return runAlone<Outcome>(workerFile, [family, scenario.name, contender, place, ...budget]);
      });
      onRows(toRows(scenario.name, results));
    }
  } finally {
    await places.close();
  }
}
