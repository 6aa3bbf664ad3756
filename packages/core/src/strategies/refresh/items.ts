import { Cache, loadsOf, spaceOf } from '../../cache.ts';
import { currentDependencies } from '../../dependencies.ts';
import { fromMilliseconds } from '../../duration.ts';
import { ageOf, type Entry, isFresh } from '../../entry.ts';
import { invalidOption } from '../../errors.ts';
import { validateTags } from '../../invalidation/tags.ts';
import type { Key } from '../../key.ts';
import type { LifetimeOptions } from '../../lifetime-options.ts';
import type { Loadable, Loader, LoaderContext } from '../../loader.ts';
import type { Space } from '../../space.ts';
import { type Change, update } from '../../updates.ts';
import { type GetOrSetOptions, rejectUnstorable } from '../../value-loads.ts';
import { type Arguments, holds } from '../call-options.ts';
import { invalidateOrReport, ownTag } from '../own-tag.ts';
import { Background } from './background.ts';
import { Claims } from './claims.ts';
import { checkedTimes, type ItemRules, type ItemState, type ItemStatus, type ItemTimes } from './rules.ts';
import type { RefreshRunner } from './runner.ts';

/** What is known of an item without asking for it. */
export interface ItemPeek<Value> {
  readonly value: Value;
  /** Whether it is past its lifetime. */
  readonly stale: boolean;
  /** Milliseconds since it was fetched. */
  readonly age: number;
}

/** An item that a call is about. */
interface Item<Args> {
  readonly args: Args;
  readonly key: Key;
  readonly id: string;
}

/** Fetches an item. */
type Load<Args, Value> = (context: LoaderContext<Value>, args: Args) => Value | Promise<Value>;

/** Times that an item is fetched anew because it was invalidated meanwhile. */
const MAX_ROUNDS = 3;

/**
 * Items of one kind that readers get as they are, fresh or stale, while they are refreshed behind their backs: once per item, however many
 * ask, in all processes that share the backend.
 */
export class Items<Args extends Arguments, Value extends Loadable, Result> {
  readonly #cache: Cache;
  readonly #space: Space;
  readonly #rules: ItemRules<Args, Value, Result>;
  readonly #load: Load<Args, Value>;
  readonly #background: Background;
  #known: (ItemTimes & { readonly claims: Claims }) | undefined;

  /** @throws CacheError `ERR_CACHE_OPTION` */
  constructor(
    cache: Cache,
    rules: ItemRules<Args, Value, Result>,
    load: Load<Args, Value>,
    runner: RefreshRunner | undefined,
  ) {
    if (!(cache instanceof Cache)) throw invalidOption('cache', cache, 'a cache that `createCache` has made');
    this.#cache = cache;
    this.#space = spaceOf(cache);
    this.#rules = rules;
    this.#load = load;
    this.#background = new Background(this.#space, runner);
  }

  /** What workers know these items by. */
  get name(): string {
    return this.#rules.name;
  }

  /** Not an async function: a hit in memory costs one promise. */
  get(args: Args): Promise<Result> {
    try {
      const item = this.#item(args);
      const found = this.#space.find(item.id);
      if (found instanceof Promise) return found.then((entry) => this.#answer(item, entry));
      if (found === undefined || !this.#space.isHit(found, this.#space.root.clock.now()))
        return this.#answer(item, found);
      return Promise.resolve(this.#result(item, found, 'hit', false));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async getMany(all: readonly Args[]): Promise<Result[]> {
    const items = all.map((args) => this.#item(args));
    const found = await this.#space.findMany(items.map(({ id }) => id));
    return Promise.all(items.map((item, index) => this.#answer(item, found[index])));
  }

  /** Fetches the item whatever is there. What was fetched before, or is being fetched, counts as too old. */
  async refresh(args: Args): Promise<Result> {
    const item = this.#item(args);
    const { claims } = this.#settings();
    const stale = await update(this.#space, item.id, expired, 'usable');
    if (stale === undefined) await this.#cache.delete(item.key);
    await claims.take(item.id, versionOf(stale));
    const entry = await this.#reload(item, await this.#space.find(item.id));
    await claims.drop(item.id, versionOf(stale));
    await invalidateOrReport(this.#cache, [this.#madeFrom(item)]);
    return this.#result(item, entry, stale === undefined ? 'miss' : 'stale', true);
  }

  async peek(args: Args): Promise<ItemPeek<Value> | undefined> {
    const item = this.#item(args);
    const { clock } = this.#space.root;
    const entry = await this.#space.read(item.id, clock.now());
    if (entry === undefined) return undefined;
    const now = clock.now();
    return { value: this.#use(item, entry), stale: !isFresh(entry, now), age: ageOf(entry, now) };
  }

  async set(args: Args, value: Value): Promise<void> {
    const item = this.#item(args);
    rejectUnstorable(value);
    await invalidateOrReport(this.#cache, [ownTag(this.#cache, item.key)]);
    await this.#cache.set(item.key, value, this.#lifetimeOf(item));
  }

  async delete(args: Args): Promise<boolean> {
    const { key, id } = this.#item(args);
    const there = await this.#space.read(id, this.#space.root.clock.now());
    await this.#cache.delete(key);
    await this.#settings().claims.drop(id, versionOf(undefined));
    await this.#cache.invalidateTags([ownTag(this.#cache, key)]);
    return there !== undefined;
  }

  /** Makes an item stale that is there, and has it refreshed; whether it was there. What was made of it goes. */
  async invalidate(args: Args): Promise<boolean> {
    const item = this.#item(args);
    const stale = await update(this.#space, item.id, expired, 'usable');
    if (stale !== undefined) this.#refreshLater(item, stale);
    await this.#cache.invalidateTags([this.#madeFrom(item)]);
    return stale !== undefined;
  }

  /**
   * Does what a request asks for: fetches the item unless it is fresh. If it is invalidated meanwhile, it fetches again.
   *
   * @throws what fetching throws, which is also reported
   */
  async perform(args: Args): Promise<void> {
    const item = this.#item(args);
    const { clock } = this.#space.root;
    try {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const found = await this.#space.find(item.id);
        const before = this.#space.ifUsable(item.id, found, clock.now());
        if (before !== undefined && isFresh(before, clock.now())) return;
        await this.#reload(item, found);
        await this.#settings().claims.drop(item.id, versionOf(before));
        const after = await this.#space.read(item.id, clock.now());
        if (before === undefined || after === undefined) return;
        const invalidated = after.storedAt === before.storedAt && after.staleAt !== before.staleAt;
        if (!invalidated) return;
      }
    } catch (error) {
      this.#space.report('refresh', error, item.key);
      throw error;
    }
  }

  /** Resolves when nothing is under way that readers in this process have set off. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  async #answer(item: Item<Args>, found: Entry | undefined): Promise<Result> {
    const { clock } = this.#space.root;
    const now = clock.now();
    const entry = this.#space.ifUsable(item.id, found, now);
    if (entry !== undefined && isFresh(entry, now)) return this.#result(item, entry, 'hit', false);
    const stale = entry !== undefined && now < entry.revalidateUntil ? entry : undefined;
    const state: ItemState =
      stale === undefined ? { status: 'miss', age: undefined } : { status: 'stale', age: ageOf(stale, now) };
    if (stale === undefined) this.#space.emit('miss', item.key);
    const waits = (...args: Args): boolean => this.#rules.shouldFetchSynchronously(state, ...args);
    if (holds('shouldFetchSynchronously', waits, ...item.args)) {
      return this.#result(item, await this.#reloadOr(item, found, entry), state.status, true);
    }
    this.#refreshLater(item, stale);
    if (stale !== undefined) return this.#result(item, stale, 'stale', false);
    // What stands in for an item must not go into anything that lasts.
    currentDependencies()?.limit(0);
    return this.#rules.processResult(this.#rules.empty(...item.args), {
      args: item.args,
      status: 'miss',
      synchronous: false,
    });
  }

  #result(item: Item<Args>, entry: Entry, status: ItemStatus, synchronous: boolean): Result {
    const value = this.#use(item, entry, synchronous ? 'loaded' : 'found');
    return this.#rules.processResult(value, { args: item.args, status, synchronous });
  }

  /** The value for a reader; what is being made around depends on the item from now on, and goes with it. */
  #use(item: Item<Args>, entry: Entry, how: 'loaded' | 'found' = 'loaded'): Value {
    currentDependencies()?.tag([this.#madeFrom(item)], this.#space.root.log);
    return (how === 'loaded' ? this.#space.use(entry) : this.#space.answer(item.key, entry)) as Value;
  }

  /** The tag of what is made from an item, which the item itself has not: it goes when the item is only made stale. */
  #madeFrom(item: Item<Args>): string {
    return `made-from-${ownTag(this.#cache, item.key)}`;
  }

  /** Fetches for a reader who waits; if that fails, a stale entry serves while `staleIfError` allows it. */
  async #reloadOr(item: Item<Args>, found: Entry | undefined, stale: Entry | undefined): Promise<Entry> {
    try {
      return await this.#reload(item, found);
    } catch (error) {
      const usable =
        stale !== undefined && this.#space.root.clock.now() < stale.errorUntil && this.#space.isValid(stale);
      if (!usable) throw error;
      this.#space.report('load', error, item.key);
      return stale;
    }
  }

  #reload(item: Item<Args>, found: Entry | undefined): Promise<Entry> {
    const { args, key, id } = item;
    const { loadTimeout } = this.#settings();
    const options: GetOrSetOptions = { ...this.#lifetimeOf(item), ...(loadTimeout !== undefined && { loadTimeout }) };
    const loader: Loader<Value> = (context) => this.#load(context, args);
    return loadsOf(this.#cache).reload(key, id, found, loader, options);
  }

  #refreshLater(item: Item<Args>, stale: Entry | undefined): void {
    const { args, key, id } = item;
    // What fails is reported there already.
    const refresh = (): Promise<void> => this.perform(args).catch(() => {});
    const version = versionOf(stale);
    this.#background.start(this.#settings().claims, { job: this.#rules.name, args, key, id, version, refresh });
  }

  #item(args: Args): Item<Args> {
    this.#settings();
    const key = this.#rules.key(...args);
    return { args, key, id: this.#space.id(key) };
  }

  #lifetimeOf({ args, key }: Item<Args>): LifetimeOptions {
    const { ttl, staleWhileRevalidate, staleIfError } = this.#settings().lifetime;
    return {
      ttl: fromMilliseconds(ttl),
      staleWhileRevalidate: fromMilliseconds(staleWhileRevalidate),
      staleIfError: fromMilliseconds(staleIfError),
      tags: [ownTag(this.#cache, key), ...validateTags(this.#rules.tags(...args))],
    };
  }

  #settings(): ItemTimes & { readonly claims: Claims } {
    if (this.#known === undefined) {
      const times = checkedTimes(this.#rules as ItemRules<never, never, unknown>);
      this.#known = { ...times, claims: new Claims(this.#space, times.refreshTimeout) };
    }
    return this.#known;
  }
}

/** What tells one state of an item that is to be refreshed from the next one. */
function versionOf(entry: Entry | undefined): string {
  return entry === undefined ? 'absent' : `${entry.storedAt}:${entry.staleAt}`;
}

/** Makes an entry stale whose age stays what it is. Always another instant, so that a load under way is seen to be too old. */
function expired(entry: Entry | undefined, now: number): Change<Entry | undefined> {
  if (entry === undefined) return { keep: true, result: undefined };
  const next = { ...entry, staleAt: Math.min(now, entry.staleAt - 1), token: undefined };
  return { keep: false, next, result: next };
}
