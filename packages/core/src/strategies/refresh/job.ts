import type { Cache } from '../../cache.ts';
import type { Duration } from '../../duration.ts';
import { rejectUnknownOptions } from '../../errors.ts';
import type { Key } from '../../key.ts';
import type { Loadable } from '../../loader.ts';
import { argumentKey } from '../argument-key.ts';
import type { Arguments } from '../call-options.ts';
import { claimDefaultName } from '../default-names.ts';
import { type ItemPeek, Items } from './items.ts';
import { type AnyItems, ownItems } from './owners.ts';
import { type ItemCall, type ItemState, KEPT_STALE, LIFETIME, noEmpty, REFRESH_TIMEOUT, waitsFor } from './rules.ts';
import type { RefreshRunner } from './runner.ts';

/** Options of a job. */
export interface JobOptions {
  /** Where refreshes are done that nobody waits for. Default: `inProcess()`. */
  readonly runner?: RefreshRunner;
}

/**
 * Items that are fetched behind the readers' backs: who asks gets what is there, fresh or stale, and a stale one is fetched anew once, however many ask,
 * in this process or by workers in others. Subclasses say how to `fetch` and, if need be, override the rest.
 *
 * @throws CacheError `ERR_CACHE_OPTION`, also at the first use, for what a subclass says
 * @example
 * class NearbyCities extends Job<[latitude: number, longitude: number], City[]> {
 *   override readonly name = 'nearby';
 *   override readonly lifetime = '1h';
 *   override fetch(latitude: number, longitude: number) { return db.nearby(latitude, longitude); }
 * }
 * const nearby = new NearbyCities(cache);
 * const cities = await nearby.get(38.7, -9.1);
 */
export abstract class Job<Args extends Arguments, Value extends Loadable, Result = Value> {
  readonly #cache: Cache;
  readonly #items: Items<Args, Value, Result>;
  #named = false;

  constructor(cache: Cache, options: JobOptions = {}) {
    rejectUnknownOptions(options, ['runner']);
    this.#cache = cache;
    this.#items = new Items<Args, Value, Result>(cache, this, (_, args) => this.fetch(...args), options.runner);
    ownItems(this, this.#items as unknown as AnyItems);
  }

  /** What workers know the job by, and what keys begin with. Default: the name of the class; give one if a minifier changes names. */
  readonly name: string = this.constructor.name;
  /** How long an item is fresh after it was fetched. Default: `'10m'`. */
  readonly lifetime: Duration = LIFETIME;
  /** How long after that readers still get the stale item. Default: `'30d'`. */
  readonly staleWhileRevalidate: Duration = KEPT_STALE;
  /** How long after its lifetime an item stands in for one that a reader waits for and that cannot be fetched. Default: 0. */
  readonly staleIfError: Duration = 0;
  /** Whether a reader waits for an item that is not there; else it gets what `empty` returns. Default: true. */
  readonly fetchOnMiss: boolean = true;
  /** How long after a refresh was asked for and did not succeed until readers ask for another one. Default: `'1m'`. */
  readonly refreshTimeout: Duration = REFRESH_TIMEOUT;
  /** The age from which on a stale item is fetched while the reader waits. Default: none, readers never wait for one that is there. */
  readonly fetchOnStaleThreshold: Duration | undefined = undefined;
  /** How long a fetch may take. Default: that of the cache. */
  readonly loadTimeout: Duration | undefined = undefined;

  /** Fetches an item. `addTags()` and `limitLifetime()` work inside. */
  abstract fetch(...args: Args): Value | Promise<Value>;

  /** The key of an item. Default: the name, and the arguments as far as they are plain data. */
  key(...args: Args): Key {
    if (!this.#named) claimDefaultName(this.#cache, this.name, this.constructor);
    this.#named = true;
    return argumentKey(this.name, args, []);
  }

  /** Tags of an item, whose invalidation removes it. Default: none. */
  tags(..._args: Args): readonly string[] {
    return [];
  }

  /** What readers get in the place of an item that is not there and that they do not wait for. */
  empty(..._args: Args): Value {
    throw noEmpty();
  }

  /** Whether a reader waits for an item that is missing or stale. Default: as `fetchOnMiss` and `fetchOnStaleThreshold` say. */
  shouldFetchSynchronously(state: ItemState, ..._args: Args): boolean {
    return waitsFor(state, this.fetchOnMiss, this.fetchOnStaleThreshold);
  }

  /** What readers get of an item. Default: the item. */
  processResult(value: Value, _call: ItemCall<Args>): Result {
    return value as unknown as Result;
  }

  /**
   * The item as it is now: fresh, or stale while it is refreshed. Fetched if it is not there, or too old.
   *
   * @throws what `fetch` throws if the reader waits for it; CacheError `ERR_CACHE_KEY` for arguments that are no plain data
   */
  get(...args: Args): Promise<Result> {
    return this.#items.get(args);
  }

  /** `get` for several items, with one look at the backend. */
  async getMany(calls: readonly Args[]): Promise<Result[]> {
    return this.#items.getMany(calls);
  }

  /** Fetches the item now, whatever is there. @throws what `fetch` throws */
  async refresh(...args: Args): Promise<Result> {
    return this.#items.refresh(args);
  }

  /**
   * Makes the item stale, if there is one, and has it refreshed; whether there was one. Readers get the stale one until then; values and pages that were
   * made from it go at once.
   */
  async invalidate(...args: Args): Promise<boolean> {
    return this.#items.invalidate(args);
  }

  /** Removes the item and all that was made from it; whether there was one. */
  async delete(...args: Args): Promise<boolean> {
    return this.#items.delete(args);
  }

  /** Stores an item as if it had been fetched just now; what was made from the old one goes. */
  async set(args: Args, value: Value): Promise<void> {
    await this.#items.set(args, value);
  }

  /** The item as it is stored, without refreshing it; `undefined` if there is none. */
  async peek(...args: Args): Promise<ItemPeek<Value> | undefined> {
    return this.#items.peek(args);
  }

  /** Resolves when no refresh is under way that readers in this process have set off: before a process ends, and in tests. */
  async idle(): Promise<void> {
    await this.#items.idle();
  }
}
