import type { Entry } from '../entry.ts';

/** A value, or a promise of it: a backend in memory answers at once, one over a network cannot. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * A place where entries are kept. One backend may serve several caches, each in a store of its own.
 *
 * A backend knows nothing of tags or staleness. It may lose an entry at any time, it never alters one, and it drops an
 * entry no later than when told to make room. It need not look at deadlines, but must not return an entry under another key.
 */
export interface Backend {
  /** What kind it is, for messages: `'memory'`. */
  readonly kind: string;
  /** The store of the cache with this name; the same store for the same name. */
  open(cacheName: string): Store;
  /** Releases what the backend holds. What is stored later is dropped. */
  close(): MaybePromise<void>;
}

/** The entries of one cache. Methods may throw or reject: the cache above turns that into a miss or a dropped write. */
export interface Store {
  get(key: string): MaybePromise<Entry | undefined>;
  set(key: string, entry: Entry): MaybePromise<void>;
  /** Whether there was an entry. */
  delete(key: string): MaybePromise<boolean>;
  /** Removes every entry of this store. */
  clear(): MaybePromise<void>;
}
