import type { Cache } from '../../cache.ts';
import { invalidOption } from '../../errors.ts';
import type { Loadable, LoaderContext } from '../../loader.ts';
import { checkFunctions } from '../call-options.ts';
import type { BatchOptions } from '../repositories/cached-repository.ts';
import { type RepositoryOptions, type RepositorySettings, repositorySettings } from '../repositories/options.ts';
import { checkMaxBatch, checkReadSource, SourceReads } from '../repositories/reads.ts';
import { SourceWrites, type WriteOptions } from '../repositories/writes.ts';
import type { CachedReads, CachedRepository } from '../repository.ts';
import type { ReadSource, Source } from '../source.ts';
import { Items } from './items.ts';
import { type AnyItems, ownItems } from './owners.ts';
import { REFRESH_OPTIONS, refreshedLifetime, type RefreshOptions } from './refreshed-function.ts';
import { type ItemRules, noEmpty, REFRESH_TIMEOUT, waitsFor } from './rules.ts';

/** How the values of a source are refreshed. A value is fresh for 10 minutes and kept stale for 30 days, if nothing else is said. */
export interface RefreshedRepositoryOptions<K, V>
  extends RepositoryOptions<K, V>,
    RefreshOptions,
    BatchOptions,
    WriteOptions<K, V> {
  /** What readers get in the place of a value that is not there and that they do not wait for. */
  readonly empty?: (key: K) => V | undefined;
}

/** What a repository offers besides whose values are refreshed behind the readers' backs. */
export interface RefreshedItems<K> {
  /** Makes a value stale and has it loaded anew; whether there was one. Readers get the stale one until then; what was made from it goes at once. */
  expire(key: K): Promise<boolean>;
  /** Resolves when no refresh is under way that readers in this process have set off. */
  readonly idle: () => Promise<void>;
}

const OPTIONS = [...REFRESH_OPTIONS.filter((name) => name !== 'loadTimeout'), 'empty', 'maxBatch', 'invalidates'];

/** What `refreshBehind` makes of a source. @throws CacheError `ERR_CACHE_OPTION` */
export function refreshedRepository<K, V>(
  cache: Cache,
  source: ReadSource<K, V> | Source<K, V>,
  options: RefreshedRepositoryOptions<K, V>,
): (CachedReads<K, V> | CachedRepository<K, V>) & RefreshedItems<K> {
  const settings = repositorySettings(cache, { ...options, ...refreshedLifetime(options) }, OPTIONS);
  checkReadSource(source);
  checkFunctions(options, ['empty']);
  if (options.runner?.elsewhere === true && options.name === undefined) {
    throw invalidOption('name', undefined, 'a name that workers know, with a runner for other processes');
  }
  const reads = new SourceReads(cache, source, settings, { maxBatch: checkMaxBatch(options.maxBatch) });
  const load = (context: LoaderContext<Kept>, [key]: [K]) => reads.kept(key, context as LoaderContext<V | null>);
  const items = new Items<[K], Kept, V | undefined>(cache, rulesOf(settings, options), load, options.runner);
  const repository = {
    get: (key: K) => items.get([key]),
    getMany: (keys: readonly K[]) => items.getMany(keys.map((key) => [key])),
    keyOf: settings.keyOf,
    invalidate: async (key: K) => void (await items.delete([key])),
    refresh: (key: K) => items.refresh([key]),
    expire: (key: K) => items.invalidate([key]),
    idle: () => items.idle(),
    ...('save' in source && writesOf(new SourceWrites(cache, source, settings, 'keep', options))),
  };
  ownItems(repository, items as unknown as AnyItems);
  return repository;
}

/** A value as it lies in the cache: `null` says that the source has none. */
type Kept = Loadable;

function rulesOf<K, V>(
  settings: RepositorySettings<K, V>,
  options: RefreshedRepositoryOptions<K, V>,
): ItemRules<[K], Kept, V | undefined> {
  const { ttl, staleWhileRevalidate, staleIfError } = refreshedLifetime(options);
  const { fetchOnMiss = true, refreshTimeout = REFRESH_TIMEOUT, fetchOnStaleThreshold, loadTimeout, empty } = options;
  return {
    name: options.name ?? 'refresh-behind',
    lifetime: ttl,
    staleWhileRevalidate,
    staleIfError,
    refreshTimeout,
    fetchOnStaleThreshold,
    loadTimeout,
    key: (key) => settings.keyOf(key),
    tags: (key) => settings.tagsBefore(key),
    empty(key) {
      if (empty === undefined) throw noEmpty();
      return (empty(key) ?? null) as Kept;
    },
    shouldFetchSynchronously: (state) => waitsFor(state, fetchOnMiss, fetchOnStaleThreshold),
    processResult: (value) => (value ?? undefined) as V | undefined,
  };
}

function writesOf<K, V>(writes: SourceWrites<K, V>): Pick<CachedRepository<K, V>, 'set' | 'setMany' | 'delete'> {
  return {
    set: (key, value) => writes.set(key, value),
    setMany: (entries) => writes.setMany(entries),
    delete: (key) => writes.delete(key),
  };
}
