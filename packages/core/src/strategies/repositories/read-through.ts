import type { Cache } from '../../cache.ts';
import type { CachedReads } from '../repository.ts';
import type { ReadSource } from '../source.ts';
import { type BatchOptions, cachedReads } from './cached-repository.ts';
import { type RepositoryOptions, repositorySettings } from './options.ts';

/** Options of `readThrough`. */
export interface ReadThroughOptions<K, V> extends RepositoryOptions<K, V>, BatchOptions {}

/**
 * Reads through a cache: what is not there is loaded from the source and kept. Reads of the same turn of the event loop, whoever asks, become one
 * call of `loadMany`; simultaneous reads of one key share one load; that there is no value is remembered too.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; reads reject with what the source throws, and with `ERR_CACHE_VALUE` if `loadMany` returns too few or too many
 * @example
 * const cities = readThrough(cache, { loadMany: (ids: readonly number[]) => db.cities(ids) }, { key: keys.city, ttl: '10m' });
 * const [lisbon, porto] = await Promise.all([cities.get(5), cities.get(6)]); // one query
 */
export function readThrough<K, V>(
  cache: Cache,
  source: ReadSource<K, V>,
  options: ReadThroughOptions<K, V>,
): CachedReads<K, V> {
  return cachedReads(cache, source, repositorySettings(cache, options, ['maxBatch']), options);
}
