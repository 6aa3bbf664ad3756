import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../arguments.ts';
import { runAlone } from '../measure/alone.ts';
import type { Measurement, Wrong } from '../measure/outcome.ts';
import { interleave } from '../measure/rounds.ts';
import { type Row, toRows } from '../report/row.ts';
import { BACKENDS, startServers } from './backends.ts';
import { drawChart, type Point } from './chart.ts';
import type { Latencies } from './workload.ts';

const RATES = [0, 0.1, 0.5, 0.9];
const workerFile = fileURLToPath(import.meta.resolve('./worker.js'));

/** How long `get` and `set` take with each backend, by the share of misses. */
export async function runLatency(plan: Plan, onRows: (rows: Row[]) => void): Promise<void> {
  const points: Record<'get' | 'set', Point[]> = { get: [], set: [] };
  for (const rate of RATES) {
    const scenario = `${rate * 100} % misses`;
    const backends = plan.select(scenario, Object.keys(BACKENDS));
    const sets = new Map<string, Measurement[] | Wrong>();
    const gets = await interleave(backends, plan.rounds, async (backend, round) => {
      plan.progress(`${scenario}: round ${round + 1} of ${plan.rounds}, ${backend}`);
      const latencies = await measure(backend, rate, plan);
      if ('wrong' in latencies) {
        sets.set(backend, latencies);
        return latencies;
      }
      const earlier = sets.get(backend) ?? [];
      sets.set(backend, 'wrong' in earlier ? earlier : [...earlier, latencies.set]);
      return latencies.get;
    });
    for (const [operation, results] of [
      ['get', gets],
      ['set', sets],
    ] as const) {
      const rows = toRows(`${operation}, ${scenario}`, results);
      points[operation].push(...rows.flatMap((row) => toPoint(row, rate)));
      if (rows.length > 0) onRows(rows);
    }
  }
  if (plan.svg !== undefined) {
    for (const operation of ['get', 'set'] as const) {
      const title = `How long ${operation} takes, by the share of misses`;
      writeFileSync(
        join(plan.svg, `latency-${operation}.svg`),
        drawChart(title, Object.keys(BACKENDS), points[operation]),
      );
    }
  }
}

async function measure(backend: string, rate: number, plan: Plan): Promise<Latencies | Wrong> {
  const servers = await startServers();
  try {
    const budget = [`${plan.warmUpMs}`, `${plan.measureMs}`];
    return await runAlone<Latencies>(workerFile, [backend, JSON.stringify(servers), `${rate}`, ...budget]);
  } finally {
    await servers.stop();
  }
}

function toPoint({ contender, p50Ms, p90Ms, p99Ms }: Row, missRate: number): Point[] {
  if (p50Ms === null || p90Ms === undefined || p99Ms === null) return [];
  return [{ series: contender, missRate, p50Ms, p90Ms, p99Ms }];
}
