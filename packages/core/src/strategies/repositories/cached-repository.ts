import type { Cache } from '../../cache.ts';
import type { CachedReads, CachedRepository } from '../repository.ts';
import type { ReadSource, Source } from '../source.ts';
import { type RepositoryOptions, type RepositorySettings, repositorySettings } from './options.ts';
import { checkMaxBatch, checkReadSource, SourceReads } from './reads.ts';
import { Refreshes } from './refreshes.ts';
import { type AfterWrite, SourceWrites, type WriteOptions } from './writes.ts';

/** Options of strategies that load the reads of several callers together. */
export interface BatchOptions {
  /** The most keys that `loadMany` is given at once; 1 loads each alone. Default: 100. */
  readonly maxBatch?: number;
}

/** What one strategy does otherwise than another. */
export interface StrategyTraits {
  readonly after: AfterWrite;
  /** Names of the options that it has besides. */
  readonly more: readonly string[];
  /** How many are loaded together, if the options do not say. */
  readonly maxBatch?: number;
}

/** Reads through a cache. @throws CacheError `ERR_CACHE_OPTION` */
export function cachedReads<K, V>(
  cache: Cache,
  source: ReadSource<K, V>,
  settings: RepositorySettings<K, V>,
  maxBatch?: number,
): CachedReads<K, V> {
  checkReadSource(source);
  const reads = new SourceReads(cache, source, settings, { maxBatch: checkMaxBatch(maxBatch) });
  const refreshes = new Refreshes(cache, reads, settings);
  return {
    get: (key) => reads.get(key),
    getMany: (keys) => reads.getMany(keys),
    keyOf: (key) => refreshes.keyOf(key),
    invalidate: (key) => refreshes.invalidate(key),
    refresh: (key) => refreshes.refresh(key),
  };
}

/** Reads through a cache, and writes to the source first. @throws CacheError `ERR_CACHE_OPTION` */
export function cachedRepository<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: RepositoryOptions<K, V> & BatchOptions & WriteOptions<K, V>,
  { after, more, maxBatch }: StrategyTraits,
): CachedRepository<K, V> {
  const settings = repositorySettings(cache, options, ['invalidates', ...more]);
  const writes = new SourceWrites(cache, source, settings, after, options);
  return {
    ...cachedReads(cache, source, settings, options.maxBatch ?? maxBatch),
    set: (key, value) => writes.set(key, value),
    setMany: (entries) => writes.setMany(entries),
    delete: (key) => writes.delete(key),
  };
}
