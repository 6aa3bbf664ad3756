import { Cache, defaultsOf, spaceOf } from '../../cache.ts';
import { collected, currentDependencies, Dependencies } from '../../dependencies.ts';
import type { Duration } from '../../duration.ts';
import { CacheError, invalidOption } from '../../errors.ts';
import { copy, isolate, type Isolated } from '../../isolation.ts';
import type { Key } from '../../key.ts';
import type { LifetimeOptions } from '../../lifetime-options.ts';
import type { Loadable, Loader } from '../../loader.ts';
import type { GetOrSetOptions } from '../../value-loads.ts';
import { checkOptions, withoutUndefined } from '../call-options.ts';
import { ownTag } from '../own-tag.ts';

/** Options of a rollup. */
export interface RollupOptions extends Pick<LifetimeOptions, 'tags'> {
  /** Its key in the cache. */
  readonly key: Key;
  /** How long it is used before it is loaded again although nobody invalidated it. Default: `'5m'`. */
  readonly ttl?: Duration;
  /** How long a load may take. Default: that of the cache. */
  readonly loadTimeout?: Duration;
}

/** A small value that is in memory on every node. Made by `rollup`. */
export interface Rollup<T> {
  /** The value, at once. While a newer one is loaded it is the one before. */
  readonly current: T;
  /**
   * The value, never an invalidated one: waits while a newer one is loaded.
   *
   * @throws what the loader throws
   */
  get(): Promise<T>;
  /**
   * Tells all nodes that the value has changed, and loads it here; they do so as soon as they hear of it.
   *
   * @throws what the loader throws, and what `invalidateTags` throws when others could not be told
   */
  refresh(): Promise<T>;
  /** Ends it: the value is not loaded any more. */
  close(): void;
}

/** How often a log is asked that tells nothing by itself, in milliseconds. */
const POLL = 1_000;
/** Between two loads that nobody waits for, in milliseconds: from the first on twice as long each time, as long as it fails. */
const RETRY = { first: 100, longest: 30_000 };

/**
 * Keeps a small value that is read everywhere in the memory of each node, so that reading it takes no promise: a list of the largest cities, counts for
 * a navigation bar, a table of rates. It is loaded again when something in it is invalidated: its `tags`, those of values that the loader reads from a
 * cache, `refresh`. Resolves when the first value is there.
 *
 * @throws what the loader throws the first time; CacheError `ERR_CACHE_OPTION`, `ERR_CACHE_VALUE` for `undefined`
 * @example
 * const largest = await rollup(cache, () => db.largestCities(10), { key: 'largest', tags: ['cities'] });
 * render(largest.current);
 */
export async function rollup<T extends Loadable>(
  cache: Cache,
  load: Loader<T>,
  options: RollupOptions,
): Promise<Rollup<T>> {
  const made = new NodeRollup<T, T>(cache, load, options, (loaded) => loaded);
  await made.start();
  return made;
}

/** A rollup of this process: what is loaded and cached, and what is made of that in memory. */
export class NodeRollup<L extends Loadable, T> implements Rollup<T> {
  readonly #cache: Cache;
  readonly #load: Loader<L>;
  readonly #make: (loaded: L) => T;
  readonly #options: GetOrSetOptions;
  readonly #key: Key;
  readonly #ownTag: string;
  #value: Isolated<T> | undefined;
  #reloading: Promise<void> | undefined;
  #outdated = true;
  /** What the value depends on. */
  #made: Dependencies | undefined;
  /** Position of the log when the load of the value began. */
  #began = -1;
  #closed = false;
  #retryIn = RETRY.first;
  #stopWatching: () => void = () => {};
  #cancelTimer: () => void = () => {};
  #cancelPoll: () => void = () => {};

  /** @throws CacheError `ERR_CACHE_OPTION`, `ERR_CACHE_KEY` */
  constructor(cache: Cache, load: Loader<L>, options: RollupOptions, make: (loaded: L) => T) {
    if (!(cache instanceof Cache)) throw invalidOption('cache', cache, 'a cache that `createCache` has made');
    if (typeof load !== 'function') throw invalidOption('load', load, 'a function');
    checkOptions(options, ['key', 'ttl', 'tags', 'loadTimeout']);
    const { key, tags = [], ...lifetime } = options;
    this.#cache = cache;
    this.#load = load;
    this.#make = make;
    this.#key = key;
    this.#ownTag = ownTag(cache, key);
    this.#options = {
      ttl: '5m',
      staleWhileRevalidate: 0,
      ...withoutUndefined(lifetime),
      tags: [this.#ownTag, ...tags],
    };
  }

  get current(): T {
    if (this.#value === undefined) throw new CacheError('ERR_CACHE_VALUE', 'The rollup has not been loaded yet.');
    const { value, copyOnRead } = this.#value;
    this.#noteUse();
    return copyOnRead ? copy(value) : value;
  }

  async start(): Promise<void> {
    await this.#reload();
    this.#poll();
  }

  async get(): Promise<T> {
    spaceOf(this.#cache).root.log.refresh();
    const running = this.#reloading;
    if (this.#outdated && running !== undefined) await running;
    // What was under way may have begun before the last invalidation.
    if (this.#outdated) await this.#reload();
    return this.current;
  }

  async refresh(): Promise<T> {
    await this.#cache.delete(this.#key);
    await this.#cache.invalidateTags([this.#ownTag]);
    return this.get();
  }

  /** Puts a value in the place of the current one, until the next is loaded. */
  replace(value: T): void {
    this.#value = isolate(value, defaultsOf(this.#cache).values);
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
    this.#cancelTimer();
    this.#cancelPoll();
  }

  /** What is being made around the read depends on the value; it is not stored if a newer one is on its way. */
  #noteUse(): void {
    const around = currentDependencies();
    if (around === undefined || this.#made === undefined) return;
    around.include(this.#made);
    if (spaceOf(this.#cache).root.log.changedSince(this.#made.names, this.#began)) around.limit(0);
  }

  /** Loads once, whoever asks. */
  #reload(): Promise<void> {
    this.#reloading ??= this.#loadNewest().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #loadNewest(): Promise<void> {
    const { log, clock } = spaceOf(this.#cache).root;
    this.#cancelTimer();
    const began = log.head;
    const made = new Dependencies(log);
    // In a context of its own: what it reads is no part of what somebody happens to be making.
    const loaded = await collected(made, () => this.#cache.getOrSet(this.#key, this.#load, this.#options));
    const { names } = made;
    this.replace(this.#make(loaded));
    this.#made = made;
    this.#began = began;
    this.#outdated = log.changedSince(names, began);
    this.#watch(names);
    if (this.#outdated) return this.#retry();
    this.#retryIn = RETRY.first;
    this.#loadAgainIn(made.limitFrom(clock.now()) - clock.now());
  }

  #watch(names: readonly string[]): void {
    const { log } = spaceOf(this.#cache).root;
    this.#stopWatching();
    if (this.#closed) return;
    this.#stopWatching = log.watch(names, () => {
      if (log.changedSince(names, this.#began)) this.#loadBehind();
    });
  }

  /** Loads a newer value while the current one goes on to be answered. */
  #loadBehind(): void {
    if (this.#closed) return;
    this.#outdated = true;
    if (this.#reloading !== undefined) return;
    this.#reload().catch((error: unknown) => {
      spaceOf(this.#cache).report('rollup', error, this.#key);
      this.#retry();
    });
  }

  #retry(): void {
    this.#loadAgainIn(this.#retryIn);
    this.#retryIn = Math.min(2 * this.#retryIn, RETRY.longest);
  }

  #loadAgainIn(milliseconds: number): void {
    this.#cancelTimer();
    if (this.#closed) return;
    const wait = Math.max(milliseconds, RETRY.first);
    this.#cancelTimer = spaceOf(this.#cache).root.clock.after(wait, () => this.#loadBehind());
  }

  #poll(): void {
    const { log, clock } = spaceOf(this.#cache).root;
    if (!log.isPolled || this.#closed) return;
    this.#cancelPoll = clock.after(POLL, () => {
      log.refresh();
      this.#poll();
    });
  }
}
