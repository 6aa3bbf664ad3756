import type { MaybePromise } from './backends/backend.ts';
import type { Flight } from './coordination/single-flight.ts';
import { collected, currentDependencies, Dependencies } from './dependencies.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import { createEntry, type Entry, type Lifetime } from './entry.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from './errors.ts';
import { validateTags } from './invalidation/tags.ts';
import { isolate, type Isolated, type ValueIsolation } from './isolation.ts';
import type { Key } from './key.ts';
import { LIFETIME_OPTIONS, lifetimeOf, type LifetimeOptions } from './lifetime-options.ts';
import { type Loader, LoaderContext } from './loader.ts';
import type { Space } from './space.ts';

/** Options of one `getOrSet`. */
export interface GetOrSetOptions extends LifetimeOptions {
  /** Ends this caller's wait. The load goes on for others; when nobody waits any more, it is aborted. */
  readonly signal?: AbortSignal;
  /** How long the loader may take before it is aborted and the call fails. Default: that of the cache. */
  readonly loadTimeout?: Duration;
}

const GET_OR_SET_OPTIONS = [...LIFETIME_OPTIONS, 'signal', 'loadTimeout'];

/** What a cache assumes where a call says nothing. */
export interface CacheDefaults {
  readonly lifetime: Lifetime;
  readonly loadTimeout: number;
  readonly values: ValueIsolation;
}

/** A `getOrSet` whose options were checked. */
interface LoadCall<T> {
  readonly key: Key;
  readonly id: string;
  readonly loader: Loader<T>;
  /** What was stored when the call came, usable or not. */
  readonly found: Entry | undefined;
  readonly signal: AbortSignal | undefined;
  readonly tags: readonly string[];
  readonly lifetime: Lifetime;
  readonly timeout: number;
  readonly began?: number | undefined;
}

/** The side of `getOrSet` that is not a hit: loads, refreshes, and stale values where those fail. */
export class ValueLoads {
  readonly #space: Space;
  readonly #defaults: CacheDefaults;

  constructor(space: Space, defaults: CacheDefaults) {
    this.#space = space;
    this.#defaults = defaults;
  }

  /**
   * Answers from what the backend found, if anything, else from the loader.
   *
   * @param began the position of the log when what the loader works with was read. Default: when it starts
   */
  async getOrLoad<T>(
    key: Key,
    id: string,
    found: MaybePromise<Entry | undefined>,
    loader: Loader<T>,
    options: GetOrSetOptions,
    began?: number,
  ): Promise<T> {
    const checked = this.#check(key, id, loader, options);
    currentDependencies()?.hear(this.#space.root.log);
    const stored = found instanceof Promise ? await found : found;
    const call = { ...checked, found: stored, began };
    const now = this.#space.root.clock.now();
    const entry = this.#space.ifUsable(id, stored, now);
    if (entry === undefined || now >= Math.max(entry.staleAt, entry.revalidateUntil)) {
      this.#space.emit('miss', key);
      return this.#loadOrStale(call, entry);
    }
    if (now >= entry.staleAt) this.#refresh(call, entry);
    return this.#space.answer(key, entry) as T;
  }

  /** Loads and stores whatever is there, fresh or not; for callers that decide by themselves when. Others find and join the load. */
  async reload<T>(
    key: Key,
    id: string,
    found: Entry | undefined,
    loader: Loader<T>,
    options: GetOrSetOptions,
  ): Promise<Entry> {
    const call = { ...this.#check(key, id, loader, options), found };
    currentDependencies()?.hear(this.#space.root.log);
    return this.#loadEntry(call, this.#space.ifUsable(id, found, this.#space.root.clock.now()));
  }

  #check<T>(key: Key, id: string, loader: Loader<T>, options: GetOrSetOptions): Omit<LoadCall<T>, 'found' | 'began'> {
    if (typeof loader !== 'function') throw invalidOption('loader', loader, 'a function');
    rejectUnknownOptions(options, GET_OR_SET_OPTIONS);
    const { loadTimeout, signal, tags } = options;
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw invalidOption('signal', signal, 'an `AbortSignal`');
    }
    return {
      key,
      id,
      loader,
      signal,
      tags: tags === undefined ? [] : [...validateTags(tags)],
      lifetime: lifetimeOf(options, this.#defaults.lifetime),
      timeout: loadTimeout === undefined ? this.#defaults.loadTimeout : toMilliseconds(loadTimeout, 'loadTimeout'),
    };
  }

  /** Loads; a failure is answered with the stale value while that is still allowed and valid. */
  async #loadOrStale<T>(call: LoadCall<T>, stale: Entry | undefined): Promise<T> {
    try {
      return await this.#load(call, stale);
    } catch (error) {
      const now = this.#space.root.clock.now();
      const usable = stale !== undefined && now < stale.errorUntil && this.#space.isValid(stale);
      if (!usable || call.signal?.aborted === true) throw error;
      this.#space.report('load', error, call.key);
      return this.#space.answer(call.key, stale) as T;
    }
  }

  /** Starts one load in the background, if none is under way. */
  #refresh<T>(call: LoadCall<T>, stale: Entry): void {
    if (this.#space.root.flights.find(call.id) !== undefined) return;
    this.#start(call, stale)
      .join()
      .catch((error: unknown) => this.#space.report('refresh', error, call.key));
  }

  async #load<T>(call: LoadCall<T>, stale: Entry | undefined): Promise<T> {
    return this.#space.use(await this.#loadEntry(call, stale)) as T;
  }

  /** Joins the load under way or starts one; repeats if what it joined turns out older than this call. */
  async #loadEntry<T>(call: LoadCall<T>, stale: Entry | undefined): Promise<Entry> {
    const { flights, log } = this.#space.root;
    for (;;) {
      call.signal?.throwIfAborted();
      const asked = log.head;
      const joined = flights.find(call.id);
      if (joined !== undefined && this.#outdated(joined.tags, joined.position)) flights.fence(call.id);
      const flight = flights.find(call.id) ?? this.#start(call, stale);
      const entry = await flight.join(call.signal);
      if (flight !== joined || entry.position === asked || !this.#outdated(entry.tags, entry.position)) {
        return entry;
      }
    }
  }

  #outdated(tags: readonly string[], position: number): boolean {
    const { log } = this.#space.root;
    return log.changedSince(this.#space.scopes, position) || log.changedSince(tags, position);
  }

  #start<T>(call: LoadCall<T>, stale: Entry | undefined): Flight<Entry> {
    const { flights, clock, log } = this.#space.root;
    const start = { clock, timeout: call.timeout, tags: call.tags, position: call.began ?? log.head };
    return flights.start(call.id, start, (flight) => this.#run(call, stale, flight));
  }

  async #run<T>(call: LoadCall<T>, stale: Entry | undefined, flight: Flight<Entry>): Promise<Entry> {
    const { clock, log, events } = this.#space.root;
    const startedAt = clock.now();
    const dependencies = new Dependencies(log, undefined, undefined, flight.position);
    const context = new LoaderContext<T>(flight, stale as Entry<T> | undefined, dependencies);
    const value = await collected(dependencies, () => call.loader(context));
    rejectUnstorable(value);
    const now = clock.now();
    const kept = this.#kept(call.key, value);
    const parts = {
      value,
      copyOnRead: false,
      ...kept,
      tags: [...new Set([...call.tags, ...dependencies.names])],
      position: flight.position,
      limitAt: dependencies.limitFrom(now),
    };
    const entry = createEntry(parts, call.lifetime, now);
    const stored = kept !== undefined && !flight.fenced && (await this.#store(call, entry, startedAt));
    if (events.heard.load) {
      events.emit('load', { key: call.key, namespace: this.#space.label, duration: now - startedAt, stored });
    }
    return entry;
  }

  /** The value as it can be kept, if it can; if not, who asked for it gets it all the same. */
  #kept(key: Key, value: unknown): Isolated<unknown> | undefined {
    try {
      return isolate(value, this.#defaults.values);
    } catch (error) {
      this.#space.report('set', error, key);
      return undefined;
    }
  }

  /** In this process a newer write fences the flight; other processes are noticed by what they left in the store. */
  #store<T>(call: LoadCall<T>, entry: Entry, began: number): MaybePromise<boolean> {
    const { shared } = this.#space.root.store.capabilities;
    return shared ? this.#space.fill(call.id, call.found, entry, began) : this.#space.write(call.id, entry);
  }
}

/** @throws CacheError `ERR_CACHE_VALUE` */
export function rejectUnstorable(value: unknown): void {
  if (value instanceof Promise) {
    throw new CacheError('ERR_CACHE_VALUE', 'The value is a promise; allowed: what it resolves to (await it).');
  }
  if (value !== undefined) return;
  throw new CacheError('ERR_CACHE_VALUE', 'The value is undefined; allowed: anything else, `null` for "nothing".');
}
