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
