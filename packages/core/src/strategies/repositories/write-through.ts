import type { Cache } from '../../cache.ts';
import type { CachedRepository } from '../repository.ts';
import type { Source } from '../source.ts';
import { type BatchOptions, cachedRepository } from './cached-repository.ts';
import type { RepositoryOptions } from './options.ts';
import type { WriteOptions } from './writes.ts';

/** Options of `writeThrough`. */
export interface WriteThroughOptions<K, V> extends RepositoryOptions<K, V>, BatchOptions, WriteOptions<K, V> {}

/**
 * Reads as `readThrough`; writes to the source and, once that has the value, to the cache. The cache is never ahead of the source: if the source
 * throws, or if several write one key at once, the key is empty and the next reader loads.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; `set` and `delete` reject with what the source throws, `setMany` with a `PartialWriteError` if
 *   only some writes were done
 * @example
 * const cities = writeThrough(cache, source, { key: keys.city, ttl: '10m', invalidates: ['cities'] });
 * await cities.set(5, city); // in the database and in the cache
 */
export function writeThrough<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: WriteThroughOptions<K, V>,
): CachedRepository<K, V> {
  return cachedRepository(cache, source, options, { after: 'keep', more: ['maxBatch'] });
}
