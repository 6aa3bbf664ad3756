import type { Cache } from '@cache/core';
import type { Measurement } from '../measure/outcome.ts';
import { percentile } from '../measure/statistics.ts';
import { seededRandom, zipfSequence } from '../measure/zipf.ts';
import { cityOf } from '../memory/city.ts';
import type { Budget } from '../memory/timing.ts';

/** How long each `get` and each `set` took. */
export interface Latencies {
  readonly get: Measurement;
  readonly set: Measurement;
}

const KEYS = 2_000;
/** A hit is followed by a write of the same key this often, so that there are writes without misses too. */
const WRITES_PER_HIT = 0.1;

/**
 * One caller beside the cache: `get`, and after a miss `set`. A share of the keys asked for was never stored.
 *
 * @param missRate from 0 to 1
 */
export async function measureLatencies(cache: Cache, missRate: number, budget: Budget): Promise<Latencies> {
  for (let id = 0; id < KEYS; id++) await cache.set(`city:${id}`, cityOf(id));
  const known = zipfSequence(KEYS, 2 ** 16, 1);
  const random = seededRandom(2);
  let newest = KEYS;
  let turn = 0;
  const runFor = async (ms: number): Promise<Record<'get' | 'set', number[]>> => {
    const times = { get: [] as number[], set: [] as number[] };
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const isMiss = random() < missRate;
      const id = isMiss ? newest++ : (known[turn++ % known.length] ?? 0);
      const key = `city:${id}`;
      const start = performance.now();
      const found = await cache.get(key);
      times.get.push(performance.now() - start);
      if ((found === undefined) !== isMiss) throw new Error(`${key} was ${isMiss ? 'a hit' : 'a miss'}`);
      if (!isMiss && random() >= WRITES_PER_HIT) continue;
      const city = cityOf(id);
      const written = performance.now();
      await cache.set(key, city);
      times.set.push(performance.now() - written);
      // What was asked for once must not make room for itself where others are.
      if (isMiss) await cache.delete(key);
    }
    return times;
  };
  await runFor(budget.warmUpMs);
  const { get, set } = await runFor(budget.measureMs);
  return { get: summary(get), set: summary(set) };
}

function summary(times: readonly number[]): Measurement {
  return {
    opsPerSecond: (times.length * 1000) / times.reduce((sum, time) => sum + time, 0),
    p50Ms: percentile(times, 0.5),
    p90Ms: percentile(times, 0.9),
    p99Ms: percentile(times, 0.99),
  };
}
