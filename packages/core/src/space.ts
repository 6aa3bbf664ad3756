import type { MaybePromise, Store } from './backends/backend.ts';
import type { Clock } from './clock.ts';
import { SingleFlight } from './coordination/single-flight.ts';
import { currentDependencies } from './dependencies.ts';
import { ageOf, type Entry, isEntry, isExpired, isFresh } from './entry.ts';
import type { Events } from './events.ts';
import type { InvalidationLog } from './invalidation/log.ts';
import { scopeName } from './invalidation/tags.ts';
import { copy } from './isolation.ts';
import { encodeKey, type Key, namespacePrefix } from './key.ts';

/** What all namespaces of one cache share. */
export interface Root {
  readonly name: string;
  readonly store: Store;
  readonly log: InvalidationLog;
  readonly clock: Clock;
  readonly events: Events;
  readonly flights: SingleFlight<Entry>;
}

/**
 * The keys of one namespace, as entries: reads return only what is neither expired nor invalidated, and neither reads
 * nor writes ever fail (a broken backend is a miss and a dropped write, reported as an `error` event).
 */
export class Space {
  readonly root: Root;
  readonly path: readonly string[];
  /** Names whose invalidation clears this namespace: its own and those of the namespaces around it. */
  readonly scopes: readonly string[];
  readonly #prefix: string;

  constructor(root: Root, path: readonly string[]) {
    this.root = root;
    this.path = path;
    this.scopes = [[], ...path.map((_, index) => path.slice(0, index + 1))].map((part) => scopeName(root.name, part));
    this.#prefix = namespacePrefix(path);
  }

  /** The name of this namespace in events: empty for the root. */
  get label(): string {
    return this.path.join('/');
  }

  /** The backend's name for a key. */
  id(key: Key): string {
    return this.#prefix === '' ? encodeKey(key) : this.#prefix + encodeKey(key);
  }

  /** The valid entry, fresh or stale. */
  read(id: string, now: number): MaybePromise<Entry | undefined> {
    let found: MaybePromise<Entry | undefined>;
    try {
      found = this.root.store.get(id);
    } catch (error) {
      return this.#failed('get', error);
    }
    if (found === undefined) return undefined;
    if (!(found instanceof Promise)) return this.#usable(id, found, now);
    currentDependencies()?.hear(this.root.log);
    return found.then(
      (entry) => (entry === undefined ? undefined : this.#usable(id, entry, this.root.clock.now())),
      (error: unknown) => this.#failed('get', error),
    );
  }

  /** Whether nothing that the entry depends on was invalidated since its making began. */
  isValid(entry: Entry): boolean {
    const { log } = this.root;
    if (entry.checkedAt === log.head) return true;
    if (log.changedSince(this.scopes, entry.position) || log.changedSince(entry.tags, entry.position)) return false;
    entry.checkedAt = log.head;
    return true;
  }

  /** Stores an entry, unless it is already invalid or expired; whether it was stored. */
  write(id: string, entry: Entry): MaybePromise<boolean> {
    if (!this.isValid(entry)) return false;
    if (isExpired(entry, this.root.clock.now())) return thenReturn(this.remove(id), false);
    try {
      const written = this.root.store.set(id, entry);
      if (!(written instanceof Promise)) return true;
      return written.then(
        () => true,
        (error: unknown) => this.#failed('set', error) ?? false,
      );
    } catch (error) {
      return this.#failed('set', error) ?? false;
    }
  }

  /** Removes the entry; whether there was one. */
  remove(id: string): MaybePromise<boolean> {
    try {
      const removed = this.root.store.delete(id);
      if (!(removed instanceof Promise)) return removed;
      return removed.catch((error: unknown) => this.#failed('delete', error) ?? false);
    } catch (error) {
      return this.#failed('delete', error) ?? false;
    }
  }

  /** Makes every entry of this namespace, and of those inside it, invalid. */
  async clear(): Promise<void> {
    this.root.log.append(this.scopes.slice(-1));
    if (this.path.length > 0) return;
    try {
      await this.root.store.clear();
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

  /** Forgets loads under way for the key: what they return is older than what is being written now. */
  fence(id: string): void {
    this.root.flights.fence(id);
  }

  #usable(id: string, entry: Entry, now: number): Entry | undefined {
    if (isEntry(entry) && this.isValid(entry) && !isExpired(entry, now)) return entry;
    void this.remove(id);
    return undefined;
  }

  #failed(operation: string, error: unknown): undefined {
    this.report(`backend ${operation}`, error);
    return undefined;
  }
}

function thenReturn<T>(work: MaybePromise<unknown>, value: T): MaybePromise<T> {
  return work instanceof Promise ? work.then(() => value) : value;
}
