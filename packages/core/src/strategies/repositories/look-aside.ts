import type { Cache } from '../../cache.ts';
import type { CachedRepository } from '../repository.ts';
import type { Source } from '../source.ts';
import { type BatchOptions, cachedRepository } from './cached-repository.ts';
import type { RepositoryOptions } from './options.ts';
import type { WriteOptions } from './writes.ts';

/** Options of `lookAside`. */
export interface LookAsideOptions<K, V> extends RepositoryOptions<K, V>, BatchOptions, WriteOptions<K, V> {}

/**
 * Looks into the cache, else reads the value from the source and puts it there; writes to the source and then removes the value from the cache. Each
 * `get` loads alone.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; calls reject with what the source throws
 * @example
 * const cities = lookAside(cache, { load: (id: number) => db.city(id), save: (id, city) => db.save(id, city) }, { key: keys.city });
 * await cities.set(5, city); // the next `get` loads
 */
export function lookAside<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: LookAsideOptions<K, V>,
): CachedRepository<K, V> {
  return cachedRepository(cache, source, options, { after: 'forget', more: ['maxBatch'], gathers: false });
}
