import { Batches } from './batches.ts';
import { CacheError, invalidOption } from './errors.ts';
import { encodeKey, type Key } from './key.ts';
import type { Loadable, LoaderContext } from './loader.ts';
import type { Space } from './space.ts';
import type { GetOrSetOptions, ValueLoads } from './value-loads.ts';

/** Makes the values of several keys, in their order. */
export type ManyLoader<T, K extends Key> = (missing: readonly K[]) => readonly T[] | Promise<readonly T[]>;

/**
 * Answers several keys: those that are stored from one look, the missing ones by one call of `load`. Each missing key is a
 * load of its own to the rest of the cache, so that others can wait for it and it can be fenced.
 */
export async function loadMany<T extends Loadable, const K extends Key>(
  space: Space,
  loads: ValueLoads,
  keys: readonly K[],
  load: ManyLoader<T, K>,
  options: GetOrSetOptions,
): Promise<T[]> {
  if (typeof load !== 'function') throw invalidOption('load', load, 'a function');
  const ids = keys.map((key) => space.id(key));
  const found = await space.findMany(ids);
  const batches = new Batches<K, T>(space.root.log, (missing) => load(missing));
  const loadOne = async (key: K, { signal }: LoaderContext<T>): Promise<T> => {
    const value = await batches.load(encodeKey(key), key, signal);
    if (value !== undefined) return value;
    throw new CacheError('ERR_CACHE_VALUE', 'The loader returned no value for a key; allowed: one for each, in order.');
  };
  return Promise.all(
    keys.map((key, index) => {
      return loads.getOrLoad<T>(key, ids[index] ?? '', found[index], (context) => loadOne(key, context), options);
    }),
  );
}
