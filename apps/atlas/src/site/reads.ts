import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cache, Key } from '@cache/core';
import { describeKey } from '../domain/describe-key.ts';
import type { Read } from '../views/page.ts';

/** Runs `make` and lets it ask which cached values it has read so far. */
export type CollectReads = <Result>(make: (reads: () => readonly Read[]) => Promise<Result>) => Promise<Result>;

/** Listens to a cache, which raises each event in the context of the request that caused it. */
export function createReadCollector(cache: Cache): CollectReads {
  const current = new AsyncLocalStorage<Map<string, Read>>();
  const note = (key: Key, how: Read['how'], milliseconds: number): void => {
    const label = describeKey(key);
    current.getStore()?.set(label, { label, how, milliseconds });
  };
  // A miss without a load of its own waited for the load of another request.
  cache.on('miss', ({ key }) => note(key, 'shared', 0));
  cache.on('load', ({ key, duration }) => note(key, 'load', duration));
  cache.on('hit', ({ key, age }) => note(key, 'hit', age));

  return async (make) => {
    const reads = new Map<string, Read>();
    return current.run(reads, () => make(() => [...reads.values()]));
  };
}
