import type { Key } from '../key.ts';

/** Reads values by key, whatever strategy lies behind it. */
export interface ReadRepository<K, V> {
  /** The value of a key; `undefined` if the source has none. */
  get(key: K): Promise<V | undefined>;
  /** The values of keys, in their order; `undefined` for each that the source has not. */
  getMany(keys: readonly K[]): Promise<(V | undefined)[]>;
}

/**
 * Reads and writes values by key, whatever strategy lies behind it: the pattern of a repository changes with the function that
 * makes it, and nothing else.
 *
 * @example
 * const cities: Repository<number, City> = writeThrough(cache, source, { key: keys.city });
 * await cities.set(5, city);
 * await cities.get(5);
 */
export interface Repository<K, V> extends ReadRepository<K, V> {
  /** Writes a value. When it is done depends on the strategy, whose page says so. */
  set(key: K, value: V): Promise<void>;
  /** Writes several values. */
  setMany(entries: Iterable<readonly [key: K, value: V]>): Promise<void>;
  /** Removes a value; none there is no error. */
  delete(key: K): Promise<void>;
}

/** What repositories before a cache offer besides: for when something else has changed what the source holds. */
export interface Refreshable<K, V> {
  /** The key of a value in the cache. */
  keyOf(key: K): Key;
  /**
   * Makes the value of a key invalid, and every value and response that was made from it.
   *
   * @throws what `invalidateTags` throws, when other processes could not be told
   */
  invalidate(key: K): Promise<void>;
  /** Loads the value of a key anew, puts it into the cache and answers it. Until it is there, others get what was there. */
  refresh(key: K): Promise<V | undefined>;
}

/** A repository that reads through a cache. */
export type CachedReads<K, V> = ReadRepository<K, V> & Refreshable<K, V>;

/** A repository that reads through a cache and writes past it or into it. */
export type CachedRepository<K, V> = Repository<K, V> & Refreshable<K, V>;
