import { type Cache, type CacheOptions, createCache, memory } from '../../src/index.ts';
import { type FakeClock, fakeClock } from '../../src/testing/index.ts';

/** A cache, small because that is quicker to make, and the clock it goes by. */
export function testCache(options: Omit<CacheOptions, 'clock'> = {}): { cache: Cache; clock: FakeClock } {
  const clock = fakeClock();
  return { cache: createCache({ backend: memory({ maxEntries: 2_000 }), ...options, clock }), clock };
}
