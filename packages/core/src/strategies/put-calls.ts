import { type Cache, defaultsOf, spaceOf } from '../cache.ts';
import { collected, currentDependencies, Dependencies } from '../dependencies.ts';
import { createEntry, type Entry } from '../entry.ts';
import { invalidOption } from '../errors.ts';
import { validateTags } from '../invalidation/tags.ts';
import type { Key } from '../key.ts';
import { LIFETIME_OPTIONS, type LifetimeOptions, lifetimeOf } from '../lifetime-options.ts';
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
import { definitionOf } from './define-keys.ts';
import type { AnyFunction, Calls } from './method-decorator.ts';
import { isolatedOrReport } from './isolated.ts';
import { openPlace, type Place, settle } from './place.ts';

/** What of the calls of a writing function is stored, under which key, for how long. `key` or `resultKey` is needed. */
export interface PutOptions<Args extends Arguments, Result> extends Omit<LifetimeOptions, 'tags'> {
  /** Makes the key of the arguments; one of `defineKeys` brings its lifetime and tags along. */
  readonly key?: (...args: Weak<Args>) => Key;
  /** Makes the key of the result, if the arguments do not tell it. */
  readonly resultKey?: (result: Result, ...args: Weak<Args>) => Key;
  /** Makes what is stored of the result. Default: the result. */
  readonly value?: (result: Result, ...args: Weak<Args>) => unknown;
  /** Tags of the value. Those of values read inside rise by themselves. */
  readonly tags?: TagsOption<Args>;
  /** Tags that only the result tells. */
  readonly resultTags?: (result: Result, ...args: Weak<Args>) => readonly string[];
  /** Calls for which this is false leave the cache alone. Default: none. */
  readonly when?: (...args: Weak<Args>) => boolean;
  /** Results for which this is true are not stored; what was there goes all the same. Default: none. */
  readonly unless?: (result: Result, ...args: Weak<Args>) => boolean;
}

const FUNCTIONS = ['key', 'resultKey', 'value', 'resultTags', 'when', 'unless'];

/** The calls of one function whose results are put into a cache. */
export class PutCalls implements Calls {
  readonly #source: CacheSource;
  readonly #options: PutOptions<Arguments, unknown>;
  readonly #write: AnyFunction;
  readonly #lifetime: LifetimeOptions;
  readonly #tags: readonly TagsOption<Arguments>[];

  constructor(source: CacheSource, options: PutOptions<Arguments, unknown>, write: AnyFunction) {
    const { ttl, staleWhileRevalidate, staleIfError, key, tags = [] } = options;
    const definition = definitionOf(key);
    this.#source = source;
    this.#options = options;
    this.#write = write;
    this.#lifetime = { ...definition?.lifetime, ...withoutUndefined({ ttl, staleWhileRevalidate, staleIfError }) };
    this.#tags = [definition?.tags ?? [], tags];
  }

  async run(instance: unknown, args: Arguments): Promise<unknown> {
    const { when, key: keyOf } = this.#options;
    const write = (): unknown => this.#write.apply(instance, args as unknown[]);
    if (when !== undefined && !holds('when', when, ...args)) return write();
    const cache = cacheFrom(this.#source, instance);
    const { root } = spaceOf(cache);
    const tags = this.#tags.flatMap((option) => tagsOf(option, args));
    const began = root.log.head;
    const opened = keyOf === undefined ? undefined : await openPlace(cache, keyOf(...args), began);
    const made = new Dependencies(root.log, currentDependencies(), undefined, began);
    try {
      const result = await collected(made, write);
      const place = opened ?? (await this.#placeOf(cache, result, args, began));
      await this.#put(cache, place, { result, args, tags, made });
      return result;
    } finally {
      opened?.end();
    }
  }

  #placeOf(cache: Cache, result: unknown, args: Arguments, began: number): Promise<Place> {
    const key: unknown = this.#options.resultKey?.(result, ...args);
    return openPlace(cache, key as Key, began);
  }

  async #put(cache: Cache, place: Place, written: Written): Promise<void> {
    try {
      await settle(cache, [place], () => this.#entryOf(cache, place, written));
    } finally {
      place.end();
    }
  }

  /** What is stored, if anything may be. */
  #entryOf(cache: Cache, place: Place, { result, args, tags, made }: Written): Entry | undefined {
    const { unless, value: valueOf, resultTags } = this.#options;
    const { clock, log } = spaceOf(cache).root;
    const defaults = defaultsOf(cache);
    if (unless !== undefined && holds('unless', unless, result, ...args)) return undefined;
    const names = [
      ...tags,
      ...(resultTags === undefined ? [] : validateTags(resultTags(result, ...args))),
      ...made.names,
    ];
    if (place.changed(names)) return undefined;
    const isolated = isolatedOrReport(cache, place.key, valueOf === undefined ? result : valueOf(result, ...args));
    if (isolated === undefined) return undefined;
    const now = clock.now();
    const all = [...new Set([place.tag, ...names])];
    const parts = { ...isolated, tags: all, position: log.head, limitAt: made.limitFrom(now) };
    return createEntry(parts, lifetimeOf(this.#lifetime, defaults.lifetime), now);
  }
}

/** A call that has written, and what it returned. */
interface Written {
  readonly result: unknown;
  readonly args: Arguments;
  readonly tags: readonly string[];
  readonly made: Dependencies;
}

/** Checks what `cachePut` is given. @throws CacheError `ERR_CACHE_OPTION` */
export function checkPutOptions(source: unknown, options: PutOptions<never, never>): void {
  checkSource(source);
  checkOptions(options, [...FUNCTIONS, ...LIFETIME_OPTIONS]);
  checkFunctions(options, FUNCTIONS);
  if ((options.key === undefined) === (options.resultKey === undefined)) {
    throw invalidOption('key', options.key, 'a function, unless there is a `resultKey`; one of both');
  }
}
