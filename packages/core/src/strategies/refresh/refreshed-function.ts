import type { Cache } from '../../cache.ts';
import type { Duration } from '../../duration.ts';
import { invalidOption } from '../../errors.ts';
import type { Key } from '../../key.ts';
import { LIFETIME_OPTIONS, type LifetimeOptions } from '../../lifetime-options.ts';
import type { Loadable } from '../../loader.ts';
import { argumentKey } from '../argument-key.ts';
import { type Arguments, checkFunctions, checkOptions, type TagsOption, tagsOf, type Weak } from '../call-options.ts';
import { claimDefaultName } from '../default-names.ts';
import { definitionOf } from '../define-keys.ts';
import { itemsOf, ownItems } from './owners.ts';
import { Job } from './job.ts';
import { KEPT_STALE, LIFETIME, REFRESH_TIMEOUT } from './rules.ts';
import type { RefreshRunner } from './runner.ts';

/** How refresh-behind treats its items, whatever they are the results of. All are optional. */
export interface RefreshOptions {
  /** Whether a reader waits for an item that is not there; else it gets what `empty` returns. Default: true. */
  readonly fetchOnMiss?: boolean;
  /** How long after a refresh was asked for and did not succeed until readers ask for another one. Default: `'1m'`. */
  readonly refreshTimeout?: Duration;
  /** The age from which on a stale item is fetched while the reader waits. Default: none, readers never wait for one that is there. */
  readonly fetchOnStaleThreshold?: Duration;
  /** How long a fetch may take. Default: that of the cache. */
  readonly loadTimeout?: Duration;
  /** Where refreshes are done that nobody waits for. Default: `inProcess()`. */
  readonly runner?: RefreshRunner;
}

/** How the results of a function are refreshed. A result is fresh for 10 minutes and kept stale for 30 days, if nothing else is said. */
export interface RefreshedFunctionOptions<Args extends Arguments, Value>
  extends RefreshOptions,
    Omit<LifetimeOptions, 'tags'> {
  /** Makes the key of the arguments; one of `defineKeys` brings its lifetime and tags along. Default: the name, and the arguments as far as they are plain data. */
  readonly key?: (...args: Weak<Args>) => Key;
  /** What workers know the function by, and what keys begin with. Default: the name of the function. */
  readonly name?: string;
  /** Tags of an item, whose invalidation removes it. */
  readonly tags?: TagsOption<Args>;
  /** What readers get in the place of an item that is not there and that they do not wait for. */
  readonly empty?: (...args: Weak<Args>) => Value;
}

/** A function whose results are refreshed behind the readers' backs. */
export interface RefreshedFunction<Args extends Arguments, Value extends Loadable> {
  (...args: Args): Promise<Value>;
  /** The job behind it, for workers, and for what else a job can do. */
  readonly job: Job<Args, Value>;
  /** The key of a call. */
  readonly key: (...args: Args) => Key;
  /** Makes an item stale and has it refreshed; whether there was one. What was made from it goes. */
  readonly invalidate: (...args: Args) => Promise<boolean>;
  /** Fetches an item now and answers it. */
  readonly refresh: (...args: Args) => Promise<Value>;
  /** Removes an item and all that was made from it; whether there was one. */
  readonly delete: (...args: Args) => Promise<boolean>;
  /** Resolves when no refresh is under way that readers in this process have set off. */
  readonly idle: () => Promise<void>;
}

/** Options of every refresh-behind. */
export const REFRESH_OPTIONS: readonly string[] = [
  'fetchOnMiss',
  'refreshTimeout',
  'fetchOnStaleThreshold',
  'loadTimeout',
  'runner',
];
const OPTIONS = [...REFRESH_OPTIONS, ...LIFETIME_OPTIONS, 'key', 'name', 'empty'];

/** What `refreshBehind` makes of a function. @throws CacheError `ERR_CACHE_OPTION` */
export function refreshedFunction<Args extends Arguments, Value extends Loadable>(
  cache: Cache,
  fetch: (...args: Args) => Value | Promise<Value>,
  options: RefreshedFunctionOptions<Args, Value>,
): RefreshedFunction<Args, Value> {
  checkOptions(options, OPTIONS);
  checkFunctions(options, ['key', 'empty']);
  const job = new FunctionJob(cache, fetch, options);
  const refreshed = Object.assign((...args: Args) => job.get(...args), {
    job,
    key: (...args: Args) => job.key(...args),
    invalidate: (...args: Args) => job.invalidate(...args),
    refresh: (...args: Args) => job.refresh(...args),
    delete: (...args: Args) => job.delete(...args),
    idle: () => job.idle(),
  });
  const items = itemsOf(job);
  if (items !== undefined) ownItems(refreshed, items);
  return refreshed;
}

/** How long items live, as the options say, else their keys, else as is usual for items that are refreshed. */
export function refreshedLifetime(
  options: Omit<LifetimeOptions, 'tags'> & { readonly key?: unknown },
): Required<Omit<LifetimeOptions, 'tags'>> {
  const { lifetime } = definitionOf(options.key) ?? {};
  return {
    ttl: options.ttl ?? lifetime?.ttl ?? LIFETIME,
    staleWhileRevalidate: options.staleWhileRevalidate ?? lifetime?.staleWhileRevalidate ?? KEPT_STALE,
    staleIfError: options.staleIfError ?? lifetime?.staleIfError ?? 0,
  };
}

class FunctionJob<Args extends Arguments, Value extends Loadable> extends Job<Args, Value> {
  override readonly name: string;
  override readonly lifetime: Duration;
  override readonly staleWhileRevalidate: Duration;
  override readonly staleIfError: Duration;
  override readonly fetchOnMiss: boolean;
  override readonly refreshTimeout: Duration;
  override readonly fetchOnStaleThreshold: Duration | undefined;
  override readonly loadTimeout: Duration | undefined;
  readonly #fetch: (...args: Args) => Value | Promise<Value>;
  readonly #options: RefreshedFunctionOptions<Args, Value>;
  readonly #cache: Cache;

  constructor(
    cache: Cache,
    fetch: (...args: Args) => Value | Promise<Value>,
    options: RefreshedFunctionOptions<Args, Value>,
  ) {
    super(cache, options.runner === undefined ? {} : { runner: options.runner });
    this.#cache = cache;
    this.#fetch = fetch;
    this.#options = options;
    const { key, runner, name = fetch.name } = options;
    if (name === '' && (key === undefined || runner?.elsewhere === true)) {
      throw invalidOption('name', name, 'a name, because the function has none');
    }
    this.name = name === '' ? 'refresh-behind' : name;
    const { ttl, staleWhileRevalidate, staleIfError } = refreshedLifetime(options);
    this.lifetime = ttl;
    this.staleWhileRevalidate = staleWhileRevalidate;
    this.staleIfError = staleIfError;
    this.fetchOnMiss = options.fetchOnMiss ?? true;
    this.refreshTimeout = options.refreshTimeout ?? REFRESH_TIMEOUT;
    this.fetchOnStaleThreshold = options.fetchOnStaleThreshold;
    this.loadTimeout = options.loadTimeout;
  }

  override fetch(...args: Args): Value | Promise<Value> {
    return this.#fetch(...args);
  }

  override key(...args: Args): Key {
    const { key, name } = this.#options;
    if (key !== undefined) return key(...args);
    if (name === undefined) claimDefaultName(this.#cache, this.name, this.#fetch);
    return argumentKey(this.name, args, []);
  }

  override tags(...args: Args): readonly string[] {
    const { key, tags } = this.#options;
    return [...tagsOf(definitionOf(key)?.tags, args), ...tagsOf(tags, args)];
  }

  override empty(...args: Args): Value {
    const { empty } = this.#options;
    return empty === undefined ? super.empty(...args) : empty(...args);
  }
}
