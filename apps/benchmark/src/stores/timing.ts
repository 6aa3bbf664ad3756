import type { Measurement } from '../measure/outcome.ts';
import { percentile } from '../measure/statistics.ts';
import type { Budget } from '../memory/timing.ts';

/** One operation; `turn` counts up over all callers. Throws if the answer is wrong. */
export type Operation = (turn: number) => Promise<unknown>;

/** Runs an operation over and over with so many callers, each of which waits for its answer before it goes on. */
export async function timeCallers(callers: number, budget: Budget, operation: Operation): Promise<Measurement> {
  await runFor(budget.warmUpMs, callers, operation);
  globalThis.gc?.();
  const start = performance.now();
  const times = await runFor(budget.measureMs, callers, operation);
  return {
    opsPerSecond: (times.length * 1000) / (performance.now() - start),
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
}

async function runFor(ms: number, callers: number, operation: Operation): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  let turn = 0;
  const call = async (): Promise<void> => {
    let start = performance.now();
    do {
      await operation(turn++);
      const now = performance.now();
      times.push(now - start);
      start = now;
    } while (start < end);
  };
  await Promise.all(Array.from({ length: callers }, call));
  return times;
}
