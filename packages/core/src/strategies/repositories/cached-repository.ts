import type { Cache } from '../../cache.ts';
import type { CachedReads, CachedRepository } from '../repository.ts';
import type { ReadSource, Source, WriteSource } from '../source.ts';
import { type RepositoryOptions, type RepositorySettings, repositorySettings } from './options.ts';
import { checkMaxBatch, checkReadSource, SourceReads } from './reads.ts';
import { Refreshes } from './refreshes.ts';
import { type AfterWrite, SourceWrites, type WriteOptions } from './writes.ts';

/** Options of strategies that load several keys together. */
export interface BatchOptions {
  /** The most keys that `loadMany` is given at once; 1 loads each alone. Default: 100. */
  readonly maxBatch?: number;
}

/** What one strategy does otherwise than another. */
export interface StrategyTraits {
  readonly after: AfterWrite;
  /** Names of the options that it has besides. */
  readonly more: readonly string[];
  /** Whether reads of several callers are loaded together. Default: true. */
  readonly gathers?: boolean;
}

/** What a repository that reads is made of. */
export interface ReadParts<K, V> {
  readonly repository: CachedReads<K, V>;
  readonly reads: SourceReads<K, V>;
}

/** Reads through a cache. @throws CacheError `ERR_CACHE_OPTION` */
export function cachedReads<K, V>(
  cache: Cache,
  source: ReadSource<K, V>,
  settings: RepositorySettings<K, V>,
  options: BatchOptions,
): CachedReads<K, V> {
  return readParts(cache, source, settings, options).repository;
}

/** `cachedReads`, and what they are made of. @throws CacheError `ERR_CACHE_OPTION` */
export function readParts<K, V>(
  cache: Cache,
  source: ReadSource<K, V>,
  settings: RepositorySettings<K, V>,
  { maxBatch }: BatchOptions,
  gathers: boolean = true,
): ReadParts<K, V> {
  checkReadSource(source);
  const reads = new SourceReads(cache, source, settings, { maxBatch: checkMaxBatch(maxBatch), gathers });
  const refreshes = new Refreshes(cache, reads, settings);
  const repository: CachedReads<K, V> = {
    get: (key) => reads.get(key),
    getMany: (keys) => reads.getMany(keys),
    keyOf: (key) => refreshes.keyOf(key),
    invalidate: (key) => refreshes.invalidate(key),
    refresh: (key) => refreshes.refresh(key),
  };
  return { reads, repository };
}

/** Reads through a cache, and writes to the source first. @throws CacheError `ERR_CACHE_OPTION` */
export function cachedRepository<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: RepositoryOptions<K, V> & BatchOptions & WriteOptions<K, V>,
  { after, more, gathers }: StrategyTraits,
): CachedRepository<K, V> {
  const settings = repositorySettings(cache, options, ['invalidates', ...more]);
  const { repository } = readParts(cache, source, settings, options, gathers);
  return { ...repository, ...sourceWrites(cache, source, settings, after, options) };
}

/** Writes to the source first. @throws CacheError `ERR_CACHE_OPTION` */
export function sourceWrites<K, V>(
  cache: Cache,
  source: WriteSource<K, V>,
  settings: RepositorySettings<K, V>,
  after: AfterWrite,
  options: WriteOptions<K, V>,
): Writes<K, V> {
  const writes = new SourceWrites(cache, source, settings, after, options);
  return {
    set: (key, value) => writes.set(key, value),
    setMany: (entries) => writes.setMany(entries),
    delete: (key) => writes.delete(key),
  };
}

type Writes<K, V> = Pick<CachedRepository<K, V>, 'set' | 'setMany' | 'delete'>;
