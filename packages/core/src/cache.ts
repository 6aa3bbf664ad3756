import type { Readable } from 'node:stream';
import type { MaybePromise } from './backends/backend.ts';
import type { ByteSource } from './byte-source.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { type Entry, isFresh } from './entry.ts';
import { type EntryInfo, entryInfo } from './entry-info.ts';
import { CacheError, invalidOption } from './errors.ts';
import { type CacheEventName, type CacheListener, Events } from './events.ts';
import { validateTags } from './invalidation/tags.ts';
import type { Key } from './key.ts';
import type { LifetimeOptions } from './lifetime-options.ts';
import { listKeys } from './list-keys.ts';
import { loadMany, type ManyLoader } from './load-many.ts';
import type { Loadable, Loader } from './loader.ts';
import { acquireLock, type Lock, type LockOptions } from './locks.ts';
import { Space } from './space.ts';
import { passThrottle, type ThrottleOptions } from './throttle.ts';
import { type CacheDefaults, type GetOrSetOptions, ValueLoads } from './value-loads.ts';
import { type SetStreamOptions, ValueStreams } from './value-streams.ts';
import { ValueWrites } from './value-writes.ts';

/** Options of `increment` and `decrement`: the lifetime of a number that is not there yet. */
export interface IncrementOptions extends LifetimeOptions {
  /** What a missing number counts from. Default: 0. */
  readonly initial?: number;
}

/** The namespace behind a cache, for the parts of this library that store more than values. */
export let spaceOf: (cache: Cache) => Space;

/** The defaults of a cache, for the same. */
export let defaultsOf: (cache: Cache) => CacheDefaults;

/** The loads of a cache, for those that have looked already. */
export let loadsOf: (cache: Cache) => ValueLoads;

/**
 * Values under keys, with lifetimes and tags, in one namespace. Made by `createCache`; `namespace` gives nested ones.
 *
 * A backend that fails never makes a call fail: reads become misses, writes are dropped, an `error` event tells.
 * Methods reject with a `CacheError` for wrong arguments only: `ERR_CACHE_KEY`, `ERR_CACHE_OPTION`, `ERR_CACHE_VALUE`.
 */
export class Cache {
  readonly #space: Space;
  readonly #defaults: CacheDefaults;
  readonly #loads: ValueLoads;
  readonly #writes: ValueWrites;
  readonly #streams: ValueStreams;
  readonly #close: () => MaybePromise<void>;

  static {
    spaceOf = (cache) => cache.#space;
    defaultsOf = (cache) => cache.#defaults;
    loadsOf = (cache) => cache.#loads;
  }

  /** @internal use `createCache` */
  constructor(space: Space, defaults: CacheDefaults, close: () => MaybePromise<void>) {
    this.#space = space;
    this.#loads = new ValueLoads(space, defaults);
    this.#writes = new ValueWrites(space, defaults);
    this.#streams = new ValueStreams(space, defaults);
    this.#defaults = defaults;
    this.#close = close;
  }

  /** The name given to `createCache`. */
  get name(): string {
    return this.#space.root.name;
  }

  /**
   * The fresh value, or `undefined`. A cached `null` is a hit and returns `null`.
   *
   * @example
   * const city = await cache.get<City>(['city', 5]);
   */
  async get<T>(key: Key): Promise<T | undefined> {
    const id = this.#space.id(key);
    const found = this.#space.find(id);
    const stored = found instanceof Promise ? await found : found;
    const now = this.#space.root.clock.now();
    const entry = this.#space.ifUsable(id, stored, now);
    if (entry !== undefined && isFresh(entry, now)) return this.#space.answer(key, entry) as T;
    this.#space.emit('miss', key);
    return undefined;
  }

  /** The fresh values in the order of the keys, `undefined` where there is none; in one round trip. */
  async getMany<T>(keys: readonly Key[]): Promise<(T | undefined)[]> {
    const entries = await this.#space.readMany(keys.map((key) => this.#space.id(key)));
    const now = this.#space.root.clock.now();
    return keys.map((key, index) => {
      const entry = entries[index];
      if (entry !== undefined && isFresh(entry, now)) return this.#space.answer(key, entry) as T;
      this.#space.emit('miss', key);
      return undefined;
    });
  }

  /** Whether a fresh value is stored, `null` included. Does not count as a hit. */
  async has(key: Key): Promise<boolean> {
    return (await this.#fresh(this.#space.id(key))) !== undefined;
  }

  /** What is known of a fresh or stale value, without using it; `undefined` if there is none. */
  async entry(key: Key): Promise<EntryInfo | undefined> {
    const { clock } = this.#space.root;
    const found = await this.#space.read(this.#space.id(key), clock.now());
    return found === undefined ? undefined : entryInfo(key, found, clock.now());
  }

  /**
   * The keys of this namespace, in no order, without those of namespaces inside it. Expired values may still be among
   * them. A prefix is a text that string keys begin with, or the first parts of tuples. With a `keyFunction` both are about the keys
   * that it made.
   *
   * @throws CacheError `ERR_CACHE_BACKEND` if the backend cannot list keys
   * @example
   * for await (const key of cache.keys(['city'])) console.log(key); // ['city', 5], ['city', 6, 'nearby']
   */
  keys(prefix?: Key): AsyncIterable<Key> {
    return listKeys(this.#space, prefix);
  }

  /**
   * Stores a value. A ttl of 0 removes what was there. A load of the same key that is under way is not stored any more.
   *
   * @throws CacheError `ERR_CACHE_VALUE` for `undefined` (store `null` to say that there is nothing), and for a value that is too large or
   *   cannot be encoded; what was there is gone then, because it is older
   * @example
   * await cache.set(['city', 5], city, { ttl: '10m', tags: ['city:5'] });
   */
  async set<T>(key: Key, value: T, options: LifetimeOptions = {}): Promise<void> {
    await this.#writes.set(key, value, options);
  }

  /** `set` for several pairs, in one round trip. Checks all of them before it stores the first. */
  async setMany<T>(entries: Iterable<readonly [Key, T]>, options: LifetimeOptions = {}): Promise<void> {
    await this.#writes.setMany([...entries], options);
  }

  /**
   * Stores the bytes of a stream, never all of them in memory where the backend keeps streams (SQLite), else up to 16 MiB. Whether
   * they were stored: not if the backend fails or has no room for them, or if the key or one of the tags was written, deleted
   * or invalidated while the stream ran. Nobody sees them before the end. The source is read to its end or destroyed.
   *
   * @throws what the source throws, the reason of `signal`, CacheError `ERR_CACHE_VALUE` if the source gives something else than bytes
   * @example
   * await cache.setStream(['map', id], Readable.fromWeb((await fetch(url)).body), { ttl: '1d', tags: ['maps'] });
   */
  async setStream(key: Key, source: ByteSource, options: SetStreamOptions = {}): Promise<boolean> {
    return this.#streams.set(key, source, options);
  }

  /**
   * The fresh value as a stream; `undefined` if there is none. What begins to be read is read to its end, even if the key
   * is overwritten meanwhile; a value that turns out to be damaged ends with an error. Read the stream or destroy it: it may hold a file open.
   *
   * @throws CacheError `ERR_CACHE_VALUE` if something else than bytes is there
   * @example
   * const map = await cache.getStream(['map', id]);
   * if (map !== undefined) await pipeline(map, response);
   */
  async getStream(key: Key): Promise<Readable | undefined> {
    return this.#streams.get(key);
  }

  /** Stores a value if no fresh one is there; whether it was stored. Atomic for all who share the backend. */
  async add<T>(key: Key, value: T, options: LifetimeOptions = {}): Promise<boolean> {
    return this.#writes.add(key, value, options);
  }

  /** Stores a value if a fresh one is there; whether it was stored. Atomic. */
  async replace<T>(key: Key, value: T, options: LifetimeOptions = {}): Promise<boolean> {
    return this.#writes.replace(key, value, options);
  }

  /**
   * Makes a fresh value live for `ttl` from now on; whether there was one. Never revives an expired value, and never
   * makes a value outlive what it was made of; with a ttl of 0 it removes it. Atomic.
   */
  async touch(key: Key, ttl: Duration): Promise<boolean> {
    return this.#writes.touch(key, toMilliseconds(ttl, 'ttl'));
  }

  /**
   * Makes a fresh value stale, not gone; whether there was one. For the rest of its ttl `getOrSet` answers it at once
   * while it loads a new one. Atomic.
   */
  async expire(key: Key): Promise<boolean> {
    return this.#writes.expire(key);
  }

  /** Removes a fresh value and returns it; `undefined` if there was none. Of several takers one gets it. */
  async take<T>(key: Key): Promise<T | undefined> {
    const entry = await this.#writes.take(key);
    return entry === undefined ? undefined : (this.#space.use(entry) as T);
  }

  /**
   * Adds to a number and returns the sum. A missing one counts from `initial` (default 0) and lives as `options` say; a
   * live one keeps its deadlines. Atomic for all who share the backend.
   *
   * @throws CacheError `ERR_CACHE_VALUE` if something else than a number is there, `ERR_CACHE_BACKEND`
   * @example
   * const views = await cache.increment(['views', path], 1, { ttl: '1d' });
   */
  async increment(key: Key, delta: number = 1, options: IncrementOptions = {}): Promise<number> {
    const { initial = 0, ...lifetime } = options;
    return this.#writes.increment(key, delta, initial, lifetime);
  }

  /** `increment` downwards. */
  async decrement(key: Key, delta: number = 1, options: IncrementOptions = {}): Promise<number> {
    return this.increment(key, -delta, options);
  }

  /** Removes a value; whether a fresh one was there. A load of the key that is under way is not stored any more. */
  async delete(key: Key): Promise<boolean> {
    return this.#writes.delete(key);
  }

  /** `delete` for several keys, in one call of the backend; how many were there. */
  async deleteMany(keys: readonly Key[]): Promise<number> {
    return this.#writes.deleteMany(keys);
  }

  /**
   * The value, loaded and stored if none is there. Simultaneous calls for one key share one load. Past its ttl a value
   * is still answered within `staleWhileRevalidate` (while one load runs in the background) and, if loading fails,
   * within `staleIfError`. Tags and lifetimes of values that the loader reads from a cache rise to this one.
   *
   * A load that began before its key, one of its tags or its namespace was invalidated is not stored, and whoever asks
   * after the invalidation gets a newer load.
   *
   * @throws what the loader throws; CacheError `ERR_CACHE_LOAD_TIMEOUT`, `ERR_CACHE_VALUE` if it returns `undefined`
   * @example
   * const city = await cache.getOrSet(['city', id], () => db.city(id), { ttl: '10m', tags: [`city:${id}`] });
   */
  getOrSet<T extends Loadable>(key: Key, loader: Loader<T>, options: GetOrSetOptions = NO_OPTIONS): Promise<T> {
    const space = this.#space;
    let id: string;
    try {
      id = space.id(key);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    const now = space.root.clock.now();
    const found = space.find(id);
    if (found !== undefined && !(found instanceof Promise) && space.isHit(found, now)) {
      return Promise.resolve(this.#space.answer(key, found) as T);
    }
    return this.#loads.getOrLoad(key, id, found, loader, options);
  }

  /**
   * `getOrSet` for several keys: one round trip to look, one call of `load` for all that are missing. Keys that somebody
   * else is loading are waited for.
   *
   * @param load is given the missing keys and returns their values in the same order
   * @throws what `load` throws; CacheError `ERR_CACHE_VALUE` if it returns too few values or an `undefined` one
   * @example
   * const cities = await cache.getOrSetMany(ids.map((id) => ['city', id]), (keys) => db.cities(keys.map(([, id]) => id)));
   */
  getOrSetMany<T extends Loadable, const K extends Key>(
    keys: readonly K[],
    load: ManyLoader<T, K>,
    options: GetOrSetOptions = NO_OPTIONS,
  ): Promise<T[]> {
    return loadMany(this.#space, this.#loads, keys, load, options);
  }

  /**
   * Takes a lock of this name that one owner at a time holds, in all processes that share the backend. It runs out by
   * itself if its owner dies, so that it cannot wedge anybody; an owner that works longer extends it.
   *
   * @throws CacheError `ERR_CACHE_LOCKED` when it was not free within `wait`, `ERR_CACHE_BACKEND`
   * @example
   * const lock = await cache.lock('nightly-report', { ttl: '1m' });
   * try { await report(); } finally { await lock.release(); }
   */
  async lock(name: Key, options: LockOptions = {}): Promise<Lock> {
    return acquireLock(this.#space.inner('lock'), name, options);
  }

  /** Runs a function while holding a lock, so that it runs once at a time wherever it is called. */
  async barrier<T>(name: Key, run: () => T | Promise<T>, options: LockOptions = {}): Promise<T> {
    const lock = await this.lock(name, options);
    try {
      return await run();
    } finally {
      await lock.release();
    }
  }

  /**
   * Lets at most `limit` calls through per period, over all processes that share the backend; resolves when this one may pass.
   *
   * @throws CacheError `ERR_CACHE_LIMIT` with the milliseconds to wait in its message, if none is left; `ERR_CACHE_BACKEND`
   * @example
   * await cache.throttle(['mail', userId], { limit: 5, per: '1h' });
   */
  async throttle(name: Key, options: ThrottleOptions): Promise<void> {
    const wait = await passThrottle(this.#space.inner('throttle'), name, options);
    if (wait > 0)
      throw new CacheError('ERR_CACHE_LIMIT', `The limit is used up; the next call may pass in ${wait} ms.`);
  }

  /**
   * Makes every value that carries one of the tags invalid, in all namespaces of this cache, and every value and
   * response that was made from one. O(1) in the number of values.
   */
  async invalidateTags(tags: readonly string[]): Promise<void> {
    const { log, events } = this.#space.root;
    await log.publish(validateTags(tags));
    if (events.heard.invalidate) events.emit('invalidate', { tags });
  }

  /** Removes every value of this namespace and of those inside it, and of nothing else. */
  async clear(): Promise<void> {
    const { events } = this.#space.root;
    await this.#space.clear();
    if (events.heard.clear) events.emit('clear', { namespace: this.#space.label });
  }

  /**
   * A namespace inside this one: keys of its own, the same tags, backend and events.
   *
   * @example
   * const pages = cache.namespace('pages');
   * await pages.clear(); // leaves everything else in `cache`
   */
  namespace(name: string): Cache {
    if (typeof name !== 'string' || name === '') throw invalidOption('name', name, 'a non-empty string');
    const space = new Space(this.#space.root, [...this.#space.path, name]);
    return new Cache(space, this.#defaults, this.#close);
  }

  /**
   * Listens to an event of this cache, all namespaces included; returns a function that stops it.
   *
   * @example
   * const stop = cache.on('error', ({ operation, error }) => log.warn({ operation, error }));
   */
  on<N extends CacheEventName>(event: N, listener: CacheListener<N>): () => void {
    if (!Events.names.includes(event)) throw invalidOption('event', event, Events.names.join(', '));
    if (typeof listener !== 'function') throw invalidOption('listener', listener, 'a function');
    return this.#space.root.events.on(event, listener);
  }

  /** Ends loads under way with `ERR_CACHE_CLOSED` and releases what the backend holds. Calls after it find nothing. */
  async close(): Promise<void> {
    this.#space.root.flights.close();
    await this.#close();
  }

  #fresh(id: string): MaybePromise<Entry | undefined> {
    const { clock } = this.#space.root;
    const ifFresh = (entry: Entry | undefined): Entry | undefined => {
      return entry !== undefined && isFresh(entry, clock.now()) ? entry : undefined;
    };
    const found = this.#space.read(id, clock.now());
    return found instanceof Promise ? found.then(ifFresh) : ifFresh(found);
  }
}

const NO_OPTIONS: GetOrSetOptions = {};
