import type { MaybePromise } from './backends/backend.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { createEntry, type Entry, isFresh, touchEntry } from './entry.ts';
import { invalidOption } from './errors.ts';
import { type CacheEventName, type CacheListener, Events } from './events.ts';
import { validateTags } from './invalidation/tags.ts';
import { isolate } from './isolation.ts';
import type { Key } from './key.ts';
import { checkLifetimeOptions, type LifetimeOptions, resolveLifetime } from './lifetime-options.ts';
import type { Loadable, Loader } from './loader.ts';
import { Space } from './space.ts';
import { type CacheDefaults, type GetOrSetOptions, rejectUndefined, ValueLoads } from './value-loads.ts';

/** The namespace behind a cache, for the parts of this library that store more than values. */
export let spaceOf: (cache: Cache) => Space;

/** The defaults of a cache, for the same. */
export let defaultsOf: (cache: Cache) => CacheDefaults;

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
  readonly #close: () => MaybePromise<void>;

  static {
    spaceOf = (cache) => cache.#space;
    defaultsOf = (cache) => cache.#defaults;
  }

  /** @internal use `createCache` */
  constructor(space: Space, defaults: CacheDefaults, close: () => MaybePromise<void>) {
    this.#space = space;
    this.#loads = new ValueLoads(space, defaults);
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
    const entry = await this.#fresh(this.#space.id(key));
    if (entry !== undefined) return this.#space.answer(key, entry) as T;
    this.#space.emit('miss', key);
    return undefined;
  }

  /** The fresh values in the order of the keys, `undefined` where there is none. */
  async getMany<T>(keys: readonly Key[]): Promise<(T | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(key)));
  }

  /** Whether a fresh value is stored, `null` included. Counts neither as a hit nor as a use. */
  async has(key: Key): Promise<boolean> {
    return (await this.#fresh(this.#space.id(key))) !== undefined;
  }

  /**
   * Stores a value. A ttl of 0 removes what was there. A load of the same key that is under way is not stored any more.
   *
   * @throws CacheError `ERR_CACHE_VALUE` for `undefined`: store `null` to say that there is nothing
   * @example
   * await cache.set(['city', 5], city, { ttl: '10m', tags: ['city:5'] });
   */
  async set<T>(key: Key, value: T, options: LifetimeOptions = {}): Promise<void> {
    await this.#store(key, this.#space.id(key), this.#entryOf(value, options));
  }

  /** `set` for several pairs. Checks all of them before it stores the first. */
  async setMany<T>(entries: Iterable<readonly [Key, T]>, options: LifetimeOptions = {}): Promise<void> {
    const checked = [...entries].map(([key, value]) => {
      return { key, id: this.#space.id(key), entry: this.#entryOf(value, options) };
    });
    await Promise.all(checked.map(({ key, id, entry }) => this.#store(key, id, entry)));
  }

  /** Stores a value if no fresh one is there; whether it was stored. Atomic within the process. */
  async add<T>(key: Key, value: T, options: LifetimeOptions = {}): Promise<boolean> {
    const id = this.#space.id(key);
    const entry = this.#entryOf(value, options);
    const found = this.#fresh(id);
    // Not even one microtask between the look and the write, where the backend allows it: that makes it atomic.
    const present = found instanceof Promise ? await found : found;
    return present === undefined && this.#store(key, id, entry);
  }

  /**
   * Makes a fresh value live for `ttl` from now on; whether there was one. Never revives an expired value, and never
   * makes a value outlive what it was made of.
   */
  async touch(key: Key, ttl: Duration): Promise<boolean> {
    const milliseconds = toMilliseconds(ttl, 'ttl');
    const id = this.#space.id(key);
    const found = this.#fresh(id);
    const entry = found instanceof Promise ? await found : found;
    if (entry === undefined) return false;
    await this.#space.write(id, touchEntry(entry, milliseconds, this.#space.root.clock.now()));
    this.#space.emit('set', key);
    return true;
  }

  /** Removes a value; whether a fresh one was there. A load of the key that is under way is not stored any more. */
  async delete(key: Key): Promise<boolean> {
    const id = this.#space.id(key);
    this.#space.fence(id);
    const found = this.#fresh(id);
    const entry = found instanceof Promise ? await found : found;
    await this.#space.remove(id);
    this.#space.emit('delete', key);
    return entry !== undefined;
  }

  /** `delete` for several keys; how many were there. */
  async deleteMany(keys: readonly Key[]): Promise<number> {
    for (const key of keys) this.#space.id(key);
    const deleted = await Promise.all(keys.map((key) => this.delete(key)));
    return deleted.filter(Boolean).length;
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
    const found = space.read(id, now);
    if (found !== undefined && !(found instanceof Promise) && isFresh(found, now)) {
      return Promise.resolve(this.#space.answer(key, found) as T);
    }
    return this.#loads.getOrLoad(key, id, found, loader, options);
  }

  /**
   * Makes every value that carries one of the tags invalid, in all namespaces of this cache, and every value and
   * response that was made from one. O(1) in the number of values.
   */
  async invalidateTags(tags: readonly string[]): Promise<void> {
    const { log, events } = this.#space.root;
    log.append(validateTags(tags));
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

  async #store(key: Key, id: string, entry: Entry): Promise<boolean> {
    this.#space.fence(id);
    const stored = await this.#space.write(id, entry);
    this.#space.emit('set', key);
    return stored;
  }

  #entryOf(value: unknown, options: LifetimeOptions): Entry {
    rejectUndefined(value);
    checkLifetimeOptions(options);
    const { clock, log } = this.#space.root;
    const lifetime = resolveLifetime(options, this.#defaults.lifetime);
    const tags = options.tags === undefined ? [] : [...validateTags(options.tags)];
    const isolated = isolate(value, this.#defaults.values);
    return createEntry({ ...isolated, tags, position: log.head, limitAt: Infinity }, lifetime, clock.now());
  }
}

const NO_OPTIONS: GetOrSetOptions = {};
