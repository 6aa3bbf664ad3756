import type { Clock } from '../clock.ts';
import type { Entry } from '../entry.ts';
import type { ValueIsolation } from '../isolation.ts';
import type { LogSource } from './log-source.ts';
import type { StreamStore } from './streams.ts';

/** A value, or a promise of it: a backend in memory answers at once, one over a network cannot. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * A place where entries are kept. One backend may serve several caches, each in a store of its own.
 *
 * A backend knows nothing of tags or staleness. It may lose an entry at any time; it never alters one, and never returns
 * one under another key.
 */
export interface Backend {
  /** What kind it is, for messages: `'memory'`. */
  readonly kind: string;
  /** The store of the cache with this name and version; the same entries for the same name and version. */
  open(context: StoreContext): Store;
  /** Releases what the backend holds. What is stored later is dropped. */
  close(): MaybePromise<void>;
}

/** What a backend is told about the cache that opens it. */
export interface StoreContext {
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  /** What protects values from callers who change them, for a backend that gives one object to several of them. Default: `'frozen'`. */
  readonly values?: ValueIsolation;
  /** Tells of a failure that no call returns: a lost connection, a file that was mended. */
  readonly report: (operation: string, error: unknown) => void;
}

/** What a store can do beyond keeping entries for this process. */
export interface StoreCapabilities {
  /** `swap` is atomic for everybody who uses the store. */
  readonly atomic: boolean;
  /** Other processes see the same entries. */
  readonly shared: boolean;
  /** Entries are there after a restart of this process. */
  readonly persistent: boolean;
  /** Values that are bytes go in and out piece by piece, never as a whole through memory. Default: false. */
  readonly streams?: boolean;
}

/**
 * The entries of one cache. Methods may throw or reject: the cache above turns that into a miss or a dropped write. A
 * method that was given up on by its caller must not take effect later.
 */
export interface Store {
  readonly capabilities: StoreCapabilities;
  /**
   * Milliseconds within which each call for one key, and `getMany`, ends by itself, whatever happens to the backend. The
   * cache above needs no timer of its own then. Default: they may take for ever.
   */
  readonly endsWithin?: number;
  /** The entry as it is, expired or not; `undefined` for what is absent or cannot be read. */
  get(key: string): MaybePromise<Entry | undefined>;
  /** The entries in the order of the keys. */
  getMany(keys: readonly string[]): MaybePromise<(Entry | undefined)[]>;
  set(key: string, entry: Entry): MaybePromise<void>;
  setMany(pairs: readonly (readonly [string, Entry])[]): MaybePromise<void>;
  /** Whether there was an entry. A `swap` that expects what was there before fails from now on. */
  delete(key: string): MaybePromise<boolean>;
  /** How many of them there were. */
  deleteMany(keys: readonly string[]): MaybePromise<number>;
  /**
   * Replaces exactly what `get` returned (`undefined`: nothing) by `next` (`undefined`: nothing), if it was neither
   * overwritten nor deleted since; whether it was. An entry that has expired or had to make room meanwhile counts as
   * still there. The base of everything that must be atomic.
   */
  swap(key: string, expected: Entry | undefined, next: Entry | undefined): MaybePromise<boolean>;
  /**
   * `swap` for what was loaded and can be loaded again: true also if nobody could tell whether the swap succeeds, and the store
   * keeps the entry where only this process sees it, for 3 seconds at most. Without it, loads are stored by `swap`.
   */
  fill?(key: string, expected: Entry | undefined, next: Entry): MaybePromise<boolean>;
  /** Removes every entry of this store. */
  clear(): MaybePromise<void>;
  /** The keys of this store that begin with `prefix`, each at least once if it is there all the while. */
  keys?(prefix: string): AsyncIterable<string>;
  /** Where invalidations are shared with the other processes that use the store. */
  readonly log?: LogSource;
  /** For the capability `streams`. */
  readonly streams?: StreamStore;
}
