import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cache, KeyedEvent } from '@cache/core';
import { describeKey } from '../domain/describe-key.ts';
import { strategyOf } from '../domain/strategies.ts';
import type { Read } from '../views/page.ts';

/** Runs `make` and lets it ask which cached values it has read so far. */
export type CollectReads = <Result>(make: (reads: () => readonly Read[]) => Promise<Result>) => Promise<Result>;

/** Listens to a cache, which raises each event in the context of the request that caused it. */
export function createReadCollector(cache: Cache): CollectReads {
  const current = new AsyncLocalStorage<Map<string, Read>>();
  const note = (event: KeyedEvent, how: Read['how'], milliseconds: number): void => {
    const reads = current.getStore();
    const label = describe(event);
    const strategy = strategyOf(event.key);
    // Of many parts of one kind, one that was made now tells more than one that was found.
    if (reads?.get(label)?.how !== 'load') reads?.set(label, { label, strategy, how, milliseconds });
  };
  // A miss without a load of its own waited for the load of another request.
  cache.on('miss', (event) => note(event, 'shared', 0));
  cache.on('load', (event) => note(event, 'load', event.duration));
  cache.on('hit', (event) => note(event, 'hit', event.age));

  return async (make) => {
    const reads = new Map<string, Read>();
    return current.run(reads, () => make(() => [...reads.values()]));
  };
}

/** A value by its key, a part of a page by its kind. */
function describe({ namespace, key }: KeyedEvent): string {
  const [, part] = /^fragments\/(.*)$/s.exec(namespace) ?? [];
  return part === undefined ? describeKey(key) : `part: ${part}`;
}
