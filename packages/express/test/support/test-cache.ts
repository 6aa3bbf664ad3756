import { type Cache, type CacheOptions, createCache } from '@cache/core';
import { type FakeClock, fakeClock } from '@cache/core/testing';

/** A cache and the clock it goes by. */
export function testCache(options: Omit<CacheOptions, 'clock'> = {}): { cache: Cache; clock: FakeClock } {
  const clock = fakeClock();
  return { cache: createCache({ ...options, clock }), clock };
}
