import { type Cache, type CacheOptions, createCache } from '../../src/index.ts';
import { type FakeClock, fakeClock } from '../../src/testing/index.ts';

/** A cache and the clock it goes by. */
export function testCache(options: Omit<CacheOptions, 'clock'> = {}): { cache: Cache; clock: FakeClock } {
  const clock = fakeClock();
  return { cache: createCache({ ...options, clock }), clock };
}
