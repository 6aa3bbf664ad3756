import type { Cache } from '../cache.ts';
import { type Duration, toMilliseconds } from '../duration.ts';
import { invalidOption } from '../errors.ts';
import { validateTags } from '../invalidation/tags.ts';
import type { Key } from '../key.ts';
import { LIFETIME_OPTIONS, type LifetimeOptions } from '../lifetime-options.ts';
import type { Loadable, LoaderContext } from '../loader.ts';
import type { GetOrSetOptions } from '../value-loads.ts';
import { argumentKey } from './argument-key.ts';
import { cacheFrom, type CacheSource, checkSource } from './cache-source.ts';
import {
  type Arguments,
  checkFunctions,
  checkOptions,
  holds,
  type TagsOption,
  tagsOf,
  type Weak,
  withoutUndefined,
} from './call-options.ts';
import { claimDefaultName } from './default-names.ts';
import { definitionOf } from './define-keys.ts';
import { loadOptionsClass } from './lazy-load-options.ts';
import type { AnyFunction, Calls } from './method-decorator.ts';
import { ownTag } from './own-tag.ts';

/** What of the calls of a function is cached, under which keys, for how long. All are optional. */
export interface CachedOptions<Args extends Arguments, Result> extends Omit<LifetimeOptions, 'tags'> {
  /**
   * Makes the key of the arguments; one of `defineKeys` brings its lifetime and tags along. Default: the name, and the
   * arguments as far as they are plain data.
   */
  readonly key?: (...args: Weak<Args>) => Key;
  /**
   * What keys begin with if there is no `key`. Default: the name of the function, `Class.method` for a method; give one if
   * a minifier changes names and the backend outlives the process.
   */
  readonly name?: string;
  /** Positions of arguments (from 0) that make no difference to the result, if there is no `key`. */
  readonly ignore?: readonly number[];
  /** Tags of the value. Those of values read inside rise by themselves. */
  readonly tags?: TagsOption<Args>;
  /** Tags that only the result tells. */
  readonly resultTags?: (result: Result, ...args: Weak<Args>) => readonly string[];
  /** Calls for which this is false go past the cache. Default: none. */
  readonly when?: (...args: Weak<Args>) => boolean;
  /** Results for which this is true are not stored, and what is made of them is not either. Default: none. */
  readonly unless?: (result: Result, ...args: Weak<Args>) => boolean;
  /** How long a call may take. Default: that of the cache. */
  readonly loadTimeout?: Duration;
}

/** `CachedOptions` that say what happens to a result that may be `undefined`, which cannot be stored. */
export type CachedOptionsWithUnless<Args extends Arguments, Result> = CachedOptions<Args, Result> &
  Required<Pick<CachedOptions<Args, Result>, 'unless'>>;

const OPTIONS = ['key', 'name', 'ignore', 'resultTags', 'when', 'unless', 'loadTimeout', ...LIFETIME_OPTIONS];

/** In the place of a result that is answered to those who wait for it, and is `undefined`. */
const UNSTORED = Symbol('undefined');

/** The calls of one cached function. */
export class CachedCalls implements Calls {
  readonly #source: CacheSource;
  readonly #options: CachedOptions<Arguments, unknown>;
  readonly #load: AnyFunction;
  readonly #nameOf: (instance: unknown) => string;
  readonly #tags: readonly TagsOption<Arguments>[];
  readonly #LoadOptions: new (
    tags: () => readonly string[],
  ) => GetOrSetOptions;

  /**
   * @param nameOf what keys begin with if the options do not say so
   */
  constructor(
    source: CacheSource,
    options: CachedOptions<Arguments, unknown>,
    load: AnyFunction,
    nameOf: (instance: unknown) => string,
  ) {
    const { ttl, staleWhileRevalidate, staleIfError, loadTimeout } = options;
    const definition = definitionOf(options.key);
    const given = withoutUndefined({ ttl, staleWhileRevalidate, staleIfError, loadTimeout });
    this.#source = source;
    this.#options = options;
    this.#load = load;
    this.#nameOf = nameOf;
    this.#tags = [definition?.tags ?? [], options.tags ?? []];
    this.#LoadOptions = loadOptionsClass({ ...definition?.lifetime, ...given });
  }

  run(instance: unknown, args: Arguments): Promise<unknown> {
    try {
      const { when } = this.#options;
      if (when !== undefined && !holds('when', when, ...args)) return this.#uncached(instance, args);
      const cache = cacheFrom(this.#source, instance);
      const key = this.#keyIn(cache, instance, args);
      const options = new this.#LoadOptions(() => this.#tagsIn(cache, key, args));
      const loader = (context: LoaderContext<Loadable>): Promise<Loadable> => this.#loaded(context, instance, args);
      const value = cache.getOrSet(key, loader, options);
      if (this.#options.unless === undefined) return value;
      return value.then((result) => (result === UNSTORED ? undefined : result));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  key(instance: unknown, args: Arguments): Key {
    const { key } = this.#options;
    return key === undefined ? this.#keyIn(cacheFrom(this.#source, instance), instance, args) : key(...args);
  }

  async invalidate(instance: unknown, args: Arguments): Promise<void> {
    const cache = cacheFrom(this.#source, instance);
    const key = this.#keyIn(cache, instance, args);
    await cache.delete(key);
    await cache.invalidateTags([ownTag(cache, key)]);
  }

  async #uncached(instance: unknown, args: Arguments): Promise<unknown> {
    return this.#load.apply(instance, args as unknown[]);
  }

  async #loaded(context: LoaderContext<Loadable>, instance: unknown, args: Arguments): Promise<Loadable> {
    const { unless, resultTags } = this.#options;
    const result: unknown = await this.#load.apply(instance, args as unknown[]);
    if (resultTags !== undefined) context.tag(...validateTags(resultTags(result, ...args)));
    if (unless === undefined || !holds('unless', unless, result, ...args)) return result as Loadable;
    context.lifetime(0);
    return result === undefined ? UNSTORED : (result as Loadable);
  }

  #keyIn(cache: Cache, instance: unknown, args: Arguments): Key {
    const { key, name, ignore = [] } = this.#options;
    if (key !== undefined) return key(...args);
    if (name !== undefined) return argumentKey(name, args, ignore);
    const own = this.#nameOf(instance);
    claimDefaultName(cache, own, this.#load);
    return argumentKey(own, args, ignore);
  }

  #tagsIn(cache: Cache, key: Key, args: Arguments): readonly string[] {
    return [ownTag(cache, key), ...this.#tags.flatMap((tags) => tagsOf(tags, args))];
  }
}

/** Checks what `cached` is given. @throws CacheError `ERR_CACHE_OPTION` */
export function checkCachedOptions(source: unknown, options: CachedOptions<never, never>): void {
  checkSource(source);
  checkOptions(options, OPTIONS);
  checkFunctions(options, ['key', 'resultTags', 'when', 'unless']);
  const { name, ignore, loadTimeout } = options;
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw invalidOption('name', name, 'a non-empty string');
  }
  if (
    ignore !== undefined &&
    !(Array.isArray(ignore) && ignore.every((index) => Number.isInteger(index) && index >= 0))
  ) {
    throw invalidOption('ignore', ignore, 'an array of positions of arguments, from 0');
  }
  if (loadTimeout !== undefined) toMilliseconds(loadTimeout, 'loadTimeout');
}
