import { type Cache, defaultsOf, spaceOf } from '../cache.ts';
import { isolate, type Isolated } from '../isolation.ts';
import type { Key } from '../key.ts';
import { rejectUnstorable } from '../value-loads.ts';

/** A value as it can be kept; if it cannot, whoever has written it is done all the same, and an `error` event tells. */
export function isolatedOrReport(cache: Cache, key: Key, value: unknown): Isolated<unknown> | undefined {
  try {
    rejectUnstorable(value);
    return isolate(value, defaultsOf(cache).values);
  } catch (error) {
    spaceOf(cache).report('set', error, key);
    return undefined;
  }
}
