import { Cache, defaultsOf } from '../../cache.ts';
import { type Duration, fromMilliseconds, toMilliseconds } from '../../duration.ts';
import type { Lifetime } from '../../entry.ts';
import { invalidOption } from '../../errors.ts';
import { validateTags } from '../../invalidation/tags.ts';
import type { Key } from '../../key.ts';
import type { GetOrSetOptions } from '../../value-loads.ts';
import { LIFETIME_OPTIONS, type LifetimeOptions, lifetimeOf } from '../../lifetime-options.ts';
import { keyOfOne } from '../argument-key.ts';
import { checkFunctions, checkOptions, type TagsOption, tagsOf, withoutUndefined } from '../call-options.ts';
import { definitionOf } from '../define-keys.ts';
import { ownTag } from '../own-tag.ts';

/** Tags of a value: the same for all, or made of its key and of itself (`undefined`: the source has none). */
export type ValueTags<K, V> = readonly string[] | ((key: K, value: V | undefined) => readonly string[]);

/** Options that every strategy knows. `key` or `name` is needed. */
export interface RepositoryOptions<K, V> extends Omit<LifetimeOptions, 'tags'> {
  /** Makes the key in the cache; one of `defineKeys` brings its lifetime and tags along. Default: the name and the key. */
  readonly key?: (key: K) => Key;
  /** What keys in the cache begin with if there is no `key`: one name for one kind of values. */
  readonly name?: string;
  /** Tags of the values. Those of values read inside rise by themselves. */
  readonly tags?: ValueTags<K, V>;
  /** How long it is remembered that the source has no such value; 0 for not at all. Default: 30 seconds, or `ttl` if that is less. */
  readonly negativeTtl?: Duration;
  /** How long a load may take. Default: that of the cache. */
  readonly loadTimeout?: Duration;
}

const OPTIONS = ['key', 'name', 'negativeTtl', 'loadTimeout', ...LIFETIME_OPTIONS];
const NEGATIVE_TTL = 30_000;

/** The options of a repository, checked, and completed by those of its keys and its cache. */
export interface RepositorySettings<K, V> {
  /** @throws CacheError `ERR_CACHE_KEY` */
  readonly keyOf: (key: K) => Key;
  /** How long values live, in milliseconds. */
  readonly lifetime: Lifetime;
  /** The same and how long a load may take, for `getOrSet`. */
  readonly loadOptions: GetOrSetOptions;
  /** How long it is remembered that there is no value. */
  readonly negativeTtl: Duration;
  /** How long a load may take, in milliseconds. */
  readonly loadTimeout: number;
  /** Tags that are known before the value is: that of the key itself, which `invalidate` uses, and those that do not depend on the value. */
  readonly tagsBefore: (key: K) => readonly string[];
  /** Tags that only the value tells. */
  readonly tagsAfter: (key: K, value: V | undefined) => readonly string[];
}

/**
 * Checks options of a strategy and completes them.
 *
 * @param more names of the options that the strategy has besides
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function repositorySettings<K, V>(
  cache: Cache,
  options: RepositoryOptions<K, V>,
  more: readonly string[] = [],
): RepositorySettings<K, V> {
  if (!(cache instanceof Cache)) throw invalidOption('cache', cache, 'a cache that `createCache` has made');
  checkOptions(options, [...OPTIONS, ...more]);
  checkFunctions(options, ['key']);
  const { key: keyOption, name, tags, loadTimeout, negativeTtl } = options;
  if (keyOption === undefined && (typeof name !== 'string' || name === '')) {
    throw invalidOption('name', name, 'a name for the keys in the cache, unless there is a `key`');
  }
  const definition = definitionOf(keyOption);
  const { ttl, staleWhileRevalidate, staleIfError } = options;
  const given = { ...definition?.lifetime, ...withoutUndefined({ ttl, staleWhileRevalidate, staleIfError }) };
  const lifetime = lifetimeOf(given, defaultsOf(cache).lifetime);
  const keyOf = keyOption ?? ((key: K) => keyOfOne(name as string, key));
  const fixed: TagsOption<readonly unknown[]>[] = [
    definition?.tags ?? [],
    typeof tags === 'function' ? [] : (tags ?? []),
  ];
  return {
    keyOf,
    lifetime,
    loadOptions: { ...durationsOf(lifetime), ...withoutUndefined({ loadTimeout }) },
    negativeTtl: fromMilliseconds(Math.min(lifetime.ttl, toMilliseconds(negativeTtl ?? NEGATIVE_TTL, 'negativeTtl'))),
    loadTimeout: loadTimeout === undefined ? defaultsOf(cache).loadTimeout : toMilliseconds(loadTimeout, 'loadTimeout'),
    tagsBefore: (key) => [ownTag(cache, keyOf(key)), ...fixed.flatMap((option) => tagsOf(option, [key]))],
    tagsAfter: (key, value) => (typeof tags === 'function' ? validateTags(tags(key, value)) : []),
  };
}

function durationsOf({ ttl, staleWhileRevalidate, staleIfError }: Lifetime): LifetimeOptions {
  return {
    ttl: fromMilliseconds(ttl),
    staleWhileRevalidate: fromMilliseconds(staleWhileRevalidate),
    staleIfError: fromMilliseconds(staleIfError),
  };
}
