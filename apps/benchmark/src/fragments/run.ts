import { fileURLToPath } from 'node:url';
import type { Plan } from '../arguments.ts';
import { runAlone } from '../measure/alone.ts';
import type { Outcome } from '../measure/outcome.ts';
import { interleave } from '../measure/rounds.ts';
import { type Row, toRows } from '../report/row.ts';
import { openPlaces } from '../stores/place.ts';
import { PLACES, pageScenarios } from './scenario.ts';

const workerFile = fileURLToPath(import.meta.resolve('./worker.js'));

/** Renders pages with their fragments in several places; the rows of each page are handed over when it is done. */
export async function runFragments(plan: Plan, onRows: (rows: Row[]) => void): Promise<void> {
  // React looks for mistakes at every step, unless it is told that this is no development.
  process.env['NODE_ENV'] ??= 'production';
  const servers = await openPlaces('redis');
  try {
    for (const { name } of pageScenarios) {
      const places = plan.select(name, PLACES);
      if (places.length === 0) continue;
      const results = await interleave(places, plan.rounds, async (place, round) => {
        plan.progress(`${name}: round ${round + 1} of ${plan.rounds}, ${place}`);
        const budget = [`${plan.warmUpMs}`, `${plan.measureMs}`];
        return runAlone<Outcome>(workerFile, [name, place, await servers.next(), ...budget]);
      });
      onRows(toRows(name, results));
    }
  } finally {
    await servers.close();
  }
}
