import { CacheError, invalidOption } from './errors.ts';
import { encodeKey, type Key } from './key.ts';
import type { Loadable } from './loader.ts';
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
  const batch = new Batch<T, K>(load);
  return Promise.all(
    keys.map((key, index) => loads.getOrLoad<T>(key, ids[index] ?? '', found[index], () => batch.value(key), options)),
  );
}

/** Gathers the keys that are asked for until the next turn of the event loop, and loads them in one call. */
class Batch<T, K extends Key> {
  readonly #load: ManyLoader<T, K>;
  readonly #keys = new Map<string, K>();
  #result: Promise<Map<string, T>> | undefined;

  constructor(load: ManyLoader<T, K>) {
    this.#load = load;
  }

  async value(key: K): Promise<T> {
    this.#keys.set(encodeKey(key), key);
    this.#result ??= this.#loadAll();
    const value = (await this.#result).get(encodeKey(key));
    if (value !== undefined) return value;
    throw new CacheError('ERR_CACHE_VALUE', 'The loader returned no value for a key; allowed: one for each, in order.');
  }

  async #loadAll(): Promise<Map<string, T>> {
    await new Promise((resolve) => setImmediate(resolve));
    const gathered = [...this.#keys];
    const values = await this.#load(gathered.map(([, key]) => key));
    return new Map(gathered.map(([id], index) => [id, values[index] as T]));
  }
}
