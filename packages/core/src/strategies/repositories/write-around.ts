import type { Cache } from '../../cache.ts';
import type { CachedRepository } from '../repository.ts';
import type { Source } from '../source.ts';
import { type BatchOptions, cachedRepository } from './cached-repository.ts';
import type { RepositoryOptions } from './options.ts';
import type { WriteOptions } from './writes.ts';

/** Options of `writeAround`. */
export interface WriteAroundOptions<K, V> extends RepositoryOptions<K, V>, BatchOptions, WriteOptions<K, V> {}

/**
 * Reads as `readThrough`; writes past the cache to the source, and the cache forgets what it had. For values that are written more often than they
 * are read: only what somebody asks for takes room.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; `set` and `delete` reject with what the source throws, `setMany` with a `PartialWriteError` if
 *   only some writes were done
 * @example
 * const readings = writeAround(cache, source, { name: 'reading', ttl: '1h' });
 * await readings.set('sensor-5', reading);
 */
export function writeAround<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: WriteAroundOptions<K, V>,
): CachedRepository<K, V> {
  return cachedRepository(cache, source, options, { after: 'forget', more: ['maxBatch'] });
}
