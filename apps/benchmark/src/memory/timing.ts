import type { Measurement } from '../measure/outcome.ts';
import { percentile } from '../measure/statistics.ts';
import type { Subject } from './contender.ts';

/** How long a round of one contender lasts. */
export interface Budget {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const BATCH = 100;

/**
 * Reads the ids of a sequence over and over, one after the other, and checks that the answers are right: the
 * city of that id, or the city with the one id that all share.
 */
export async function timeReads(
  subject: Subject,
  ids: Uint32Array,
  budget: Budget,
  sharedId?: number,
): Promise<Measurement> {
  const read = subject.synchronousHits === true ? readBatchNow : readBatch;
  let next = 0;
  return timeBatches(BATCH, budget, async () => {
    const from = next;
    next = next + BATCH < ids.length - BATCH ? next + BATCH : 0;
    let expected = 0;
    for (let index = from; index < from + BATCH; index++) expected += sharedId ?? ids[index] ?? 0;
    const start = performance.now();
    const sum = await read(subject, ids, from, from + BATCH);
    const elapsed = performance.now() - start;
    if (sum !== expected) throw new Error('a read did not give the right city');
    return elapsed;
  });
}

/** Runs a batch again and again; the batch returns the milliseconds that count. */
export async function timeBatches(size: number, budget: Budget, batch: () => Promise<number>): Promise<Measurement> {
  await repeatFor(budget.warmUpMs, batch);
  globalThis.gc?.();
  const times = await repeatFor(budget.measureMs, batch);
  const total = times.reduce((sum, time) => sum + time, 0);
  return {
    opsPerSecond: (times.length * size * 1000) / total,
    p50Ms: percentile(times, 0.5) / size,
    p99Ms: percentile(times, 0.99) / size,
  };
}

async function repeatFor(ms: number, batch: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  do times.push(await batch());
  while (performance.now() < end);
  return times;
}

async function readBatch(subject: Subject, ids: Uint32Array, from: number, to: number): Promise<number> {
  let sum = 0;
  for (let index = from; index < to; index++) sum += (await subject.read(ids[index] ?? 0))?.id ?? Number.NaN;
  return sum;
}

async function readBatchNow(subject: Subject, ids: Uint32Array, from: number, to: number): Promise<number> {
  let sum = 0;
  for (let index = from; index < to; index++) {
    const answer = subject.read(ids[index] ?? 0);
    sum += answer instanceof Promise ? Number.NaN : (answer?.id ?? Number.NaN);
  }
  return sum;
}
