import type { MaybePromise, Store } from './backends/backend.ts';
import { BLIND_TRUST } from './backends/log-source.ts';
import type { Clock } from './clock.ts';
import { SingleFlight } from './coordination/single-flight.ts';
import { currentDependencies } from './dependencies.ts';
import { ageOf, type Entry, isEntry, isExpired, isFresh } from './entry.ts';
import { isRefusal } from './errors.ts';
import type { Events } from './events.ts';
import type { InvalidationLog } from './invalidation/log.ts';
import { copy } from './isolation.ts';
import {
  encodeBytesKey,
  encodeKey,
  type Key,
  type KeyFunction,
  type KeyPart,
  type NamespacePath,
  namespacePrefix,
  scopeName,
  tupleEncoder,
} from './key.ts';

/** What all namespaces of one cache share. */
export interface Root {
  readonly name: string;
  readonly store: Store;
  readonly log: InvalidationLog;
  readonly clock: Clock;
  readonly events: Events;
  readonly flights: SingleFlight<Entry>;
  /** Entries that this process loaded while it was cut off from the log, and when the load began. */
  readonly blindLoads: WeakMap<Entry, number>;
  /** What callers' keys become first. */
  readonly keyFunction: KeyFunction | undefined;
  /** How long an asynchronous backend may take for one call, in milliseconds. */
  readonly backendTimeout: number;
}

/** What becomes of a value that the backend refuses: the caller is told by an error, or whoever listens by an event. */
export type Refusals = 'thrown' | 'reported';

/**
 * The keys of one namespace, as entries: reads return only what is neither expired nor invalidated, and neither reads
 * nor writes ever fail (a broken backend is a miss and a dropped write, reported as an `error` event).
 */
export class Space {
  readonly root: Root;
  readonly path: NamespacePath;
  /** Names whose invalidation clears this namespace: its own and those of the namespaces around it. */
  readonly scopes: readonly string[];
  /** What every key of this namespace begins with in the store. */
  readonly prefix: string;
  readonly #owner: 'caller' | 'library';
  /** Nothing has to be done to a string key. */
  readonly #plain: boolean;

  /** @param owner who makes the keys: those of callers go through the key function and have a greatest length */
  constructor(root: Root, path: NamespacePath, owner: 'caller' | 'library' = 'caller') {
    this.root = root;
    this.path = path;
    this.scopes = [[], ...path.map((_, index) => path.slice(0, index + 1))].map((part) => scopeName(root.name, part));
    this.prefix = namespacePrefix(path);
    this.#owner = owner;
    const { shared, persistent } = root.store.capabilities;
    this.#plain = this.prefix === '' && root.keyFunction === undefined && !shared && !persistent;
  }

  /** A namespace that no `namespace()` call reaches. */
  inner(name: string, owner?: 'caller' | 'library'): Space {
    return new Space(this.root, [...this.path, 0, name], owner);
  }

  /** The name of this namespace in events: empty for the root. */
  get label(): string {
    return this.path.filter((name) => name !== 0).join('/');
  }

  /** The backend's name for a key. */
  id(key: Key): string {
    return this.#plain ? encodeKey(key) : this.#composed(key);
  }

  /** `id` for tuples that begin with `first`, for many that do. */
  idsOf(first: readonly KeyPart[]): (others: readonly KeyPart[]) => string {
    if (this.root.keyFunction !== undefined) return (others) => this.id([...first, ...others]);
    return tupleEncoder(this.prefix, first);
  }

  #composed(key: Key): string {
    if (this.#owner === 'library') return this.prefix + encodeBytesKey(key, Infinity);
    const { keyFunction } = this.root;
    return this.prefix + encodeBytesKey(keyFunction === undefined ? key : keyFunction(key));
  }

  /** The entry as it is stored, valid or not. */
  find(id: string): MaybePromise<Entry | undefined> {
    try {
      const found = this.root.store.get(id);
      if (!(found instanceof Promise)) return found ?? undefined;
      currentDependencies()?.hear(this.root.log);
      return this.#limited(found).catch((error: unknown) => this.#failed('get', error));
    } catch (error) {
      return this.#failed('get', error);
    }
  }

  /** The entry if it is valid, fresh or stale. */
  read(id: string, now: number): MaybePromise<Entry | undefined> {
    const found = this.find(id);
    if (found instanceof Promise) return found.then((entry) => this.ifUsable(id, entry, this.root.clock.now()));
    return this.ifUsable(id, found, now);
  }

  /** The entries as they are stored, in the order of the ids, in one call of the backend. */
  async findMany(ids: readonly string[]): Promise<(Entry | undefined)[]> {
    try {
      const reading = this.root.store.getMany(ids);
      if (reading instanceof Promise) currentDependencies()?.hear(this.root.log);
      const found = reading instanceof Promise ? await this.#limited(reading) : reading;
      return ids.map((_, index) => found[index]);
    } catch (error) {
      this.#failed('getMany', error);
      return ids.map(() => undefined);
    }
  }

  /** `read` for several ids, in one call of the backend. */
  async readMany(ids: readonly string[]): Promise<(Entry | undefined)[]> {
    const found = await this.findMany(ids);
    const now = this.root.clock.now();
    return ids.map((id, index) => this.ifUsable(id, found[index], now));
  }

  /** What was found, if it is an entry that is neither expired nor invalid. */
  ifUsable(id: string, found: Entry | undefined, now: number): Entry | undefined {
    if (found === undefined) return undefined;
    if (isEntry(found) && !isExpired(found, now) && this.isValid(found)) return found;
    // Elsewhere what is there still tells a later write whether somebody else was faster.
    if (!this.root.store.capabilities.shared) void this.remove(id);
    return undefined;
  }

  /** Whether what was found may be answered without asking anybody. The way of every hit, so it does next to nothing. */
  isHit(found: Entry, now: number): boolean {
    if (!isFresh(found, now)) return false;
    const { log } = this.root;
    if (log.isPolled) log.refresh();
    return found.checkedAt === log.version || (isEntry(found) && this.isValid(found));
  }

  /** Whether nothing that the entry depends on was invalidated since its making began. */
  isValid(entry: Entry): boolean {
    const { log } = this.root;
    if (log.isPolled) log.refresh();
    if (entry.checkedAt === log.version) return true;
    if (!log.trusted) return this.#trustedBlindly(entry) && !this.#isOutdated(entry);
    if (this.#isOutdated(entry)) return false;
    entry.checkedAt = log.version;
    return true;
  }

  /** Whether something that the entry depends on is known to have been invalidated since its making began. */
  #isOutdated(entry: Entry): boolean {
    const { log } = this.root;
    if (log.isPolled) log.refresh();
    return log.changedSince(this.scopes, entry.position) || log.changedSince(entry.tags, entry.position);
  }

  /** Whether this process began to load the entry so lately that it may be answered although nobody tells of invalidations. */
  #trustedBlindly(entry: Entry): boolean {
    const loadedAt = this.root.blindLoads.get(entry);
    const now = this.root.clock.now();
    return loadedAt !== undefined && now >= loadedAt && now < loadedAt + BLIND_TRUST;
  }

  /**
   * Stores an entry, unless it is expired or known to be invalid; whether it was stored. Also while nobody tells of invalidations: by its
   * position, others see what it does not contain.
   */
  write(id: string, entry: Entry, refusals: Refusals = 'reported'): MaybePromise<boolean> {
    return this.#attempt('set', id, entry, (store) => thenReturn(store.set(id, entry), true), refusals);
  }

  /**
   * `write` for several entries, in one call of the backend.
   *
   * @throws CacheError `ERR_CACHE_VALUE` if the backend refuses a value; others may be stored then
   */
  async writeMany(entries: readonly (readonly [id: string, entry: Entry])[]): Promise<void> {
    const now = this.root.clock.now();
    const stored = entries.filter(([, entry]) => !this.#isOutdated(entry) && !isExpired(entry, now));
    const removed = entries.filter(([, entry]) => isExpired(entry, now)).map(([id]) => id);
    try {
      const written = this.root.store.setMany(stored);
      if (written instanceof Promise) await this.inTime(written);
    } catch (error) {
      if (isRefusal(error)) throw error;
      this.#failed('setMany', error);
    }
    if (removed.length > 0) await this.removeMany(removed);
  }

  /**
   * `write` of a load, unless what was found before it (`undefined`: nothing) has been overwritten or deleted since.
   *
   * @param began when the load began
   */
  fill(id: string, found: Entry | undefined, entry: Entry, began: number): MaybePromise<boolean> {
    if (!this.root.log.trusted) this.root.blindLoads.set(entry, began);
    return this.#attempt('swap', id, entry, (store) =>
      store.fill === undefined ? store.swap(id, found, entry) : store.fill(id, found, entry),
    );
  }

  /** Stores an entry that was not loaded but written, unless what was found before it has been overwritten or deleted since. */
  replace(id: string, found: Entry | undefined, entry: Entry): MaybePromise<boolean> {
    return this.#attempt('swap', id, entry, (store) => store.swap(id, found, entry));
  }

  #attempt(
    operation: string,
    id: string,
    entry: Entry,
    store: (store: Store) => MaybePromise<boolean>,
    refusals: Refusals = 'reported',
  ): MaybePromise<boolean> {
    const failed = (error: unknown): MaybePromise<boolean> => {
      if (refusals === 'thrown' && isRefusal(error)) throw error;
      this.#failed(operation, error);
      // What was there is older than what cannot be stored.
      return isRefusal(error) ? thenReturn(this.remove(id), false) : false;
    };
    if (this.#isOutdated(entry)) return false;
    if (isExpired(entry, this.root.clock.now())) return thenReturn(this.remove(id), false);
    try {
      const stored = store(this.root.store);
      if (!(stored instanceof Promise)) return stored;
      return this.#limited(stored).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** Removes the entry; whether there was one. */
  remove(id: string): MaybePromise<boolean> {
    try {
      const removed = this.root.store.delete(id);
      if (!(removed instanceof Promise)) return removed;
      return this.#limited(removed).catch((error: unknown) => this.#failed('delete', error) ?? false);
    } catch (error) {
      return this.#failed('delete', error) ?? false;
    }
  }

  /** Removes the entries, in one call of the backend. */
  async removeMany(ids: readonly string[]): Promise<void> {
    try {
      const removed = this.root.store.deleteMany(ids);
      if (removed instanceof Promise) await this.inTime(removed);
    } catch (error) {
      this.#failed('deleteMany', error);
    }
  }

  /** Makes every entry of this namespace, and of those inside it, invalid. */
  async clear(): Promise<void> {
    await this.root.log.publish(this.scopes.slice(-1));
    if (this.path.length > 0) return;
    try {
      const cleared = this.root.store.clear();
      if (cleared instanceof Promise) await this.inTime(cleared);
    } catch (error) {
      this.#failed('clear', error);
    }
  }

  /** What a hit on the entry returns; what is being made around the call depends on it from now on. */
  answer(key: Key, entry: Entry): unknown {
    const { events, clock } = this.root;
    if (events.heard.hit) {
      const now = clock.now();
      events.emit('hit', { key, namespace: this.label, age: ageOf(entry, now), stale: !isFresh(entry, now) });
    }
    return this.use(entry);
  }

  /** The value for a caller; what is being made around the call depends on it from now on. */
  use(entry: Entry): unknown {
    currentDependencies()?.use(entry, this.scopes, this.root.log);
    return entry.copyOnRead ? copy(entry.value) : entry.value;
  }

  /** Tells what happened to a key, if somebody listens. */
  emit(name: 'miss' | 'set' | 'delete', key: Key): void {
    const { events } = this.root;
    if (events.heard[name]) events.emit(name, { key, namespace: this.label });
  }

  /** Tells of a failure that no caller sees. */
  report(operation: string, error: unknown, key?: Key): void {
    const { events } = this.root;
    if (events.heard.error) events.emit('error', { operation, error, ...(key !== undefined && { key }) });
  }

  /** Waits, within the time a backend has, until it is known what others have invalidated. */
  async ready(): Promise<void> {
    const { ready } = this.root.log;
    if (ready !== undefined) await this.inTime(ready).catch((error: unknown) => this.#failed('log', error));
  }

  /** What the backend answers, or a rejection once it has taken too long: nobody waits for a cache that hangs. */
  inTime<T>(work: Promise<T>): Promise<T> {
    const { clock, backendTimeout } = this.root;
    return new Promise<T>((resolve, reject) => {
      const cancel = clock.after(backendTimeout, () => {
        reject(new Error(`The backend did not answer within ${backendTimeout} ms.`));
      });
      work.then(
        (result) => {
          cancel();
          resolve(result);
        },
        (error: unknown) => {
          cancel();
          reject(error as Error);
        },
      );
    });
  }

  /** `inTime` for a call that a store may limit by itself. */
  #limited<T>(work: Promise<T>): Promise<T> {
    const { store, backendTimeout } = this.root;
    return store.endsWithin !== undefined && store.endsWithin <= backendTimeout ? work : this.inTime(work);
  }

  /** Forgets loads under way for the key: what they return is older than what is being written now. */
  fence(id: string): void {
    this.root.flights.fence(id);
  }

  #failed(operation: string, error: unknown): undefined {
    this.report(`backend ${operation}`, error);
    return undefined;
  }
}

function thenReturn<T>(work: MaybePromise<unknown>, value: T): MaybePromise<T> {
  return work instanceof Promise ? work.then(() => value) : value;
}
