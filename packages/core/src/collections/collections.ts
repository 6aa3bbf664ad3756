import type { Codec } from '../codecs/codec.ts';
import type { Duration } from '../duration.ts';
import type { Key } from '../key.ts';

/** An end of a deque. */
export type Side = 'front' | 'back';

/** At which end of a deque; what is left out depends on the call. */
export interface SideOption {
  readonly side?: Side;
}

/** Options of `push`. */
export interface PushOptions extends SideOption {
  /** How long the item may be pulled; after that it is gone. Default: `'forever'`. */
  readonly ttl?: Duration;
}

/** Options of a deque. Everybody who opens the same one must give the same. */
export interface DequeOptions {
  /** Items that it holds at most: a push beyond that drops those at the other end. Default: no limit. */
  readonly maxLength?: number;
}

/**
 * A line of items with two ends, shared by all who open it under the same name: a queue, a stack, the last hundred of something. Each call is
 * atomic: an item is pulled by one caller only. It is not a cache: nothing is evicted, and there is nothing to fall back on.
 *
 * Every method rejects with `ERR_CACHE_BACKEND` if the backend cannot do it, and with `ERR_CACHE_CLOSED` after `close()`.
 */
export interface Deque<T> extends AsyncIterable<T> {
  /** Adds an item, at the back if not said otherwise; resolves with how many there are. @throws CacheError `ERR_CACHE_VALUE` */
  push(item: T, options?: PushOptions): Promise<number>;
  /** Adds items one after the other in one step; the last one is the outermost. */
  pushMany(items: Iterable<T>, options?: PushOptions): Promise<number>;
  /**
   * Takes an item away, from the front if not said otherwise; `undefined`: there is none. Who dies with an item in hand has lost it: at most
   * once, not at least once.
   */
  pull(options?: SideOption): Promise<T | undefined>;
  /** Takes up to `count` items away in one step, the outermost first. */
  pullMany(count: number, options?: SideOption): Promise<T[]>;
  /** The item that `pull` would take; `undefined`: there is none. */
  peek(options?: SideOption): Promise<T | undefined>;
  /** How many items there are. Expired ones count until somebody comes across them. */
  length(): Promise<number>;
  /** Takes `steps` items from the back and puts them to the front, one after the other; a negative number does the reverse. */
  rotate(steps?: number): Promise<void>;
  clear(): Promise<void>;
  /** From the front to the back. What is pushed and pulled meanwhile may be seen or not, or be skipped. */
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** From where an index is read. */
export interface WalkOptions {
  /** From the last to the first. Default: false. */
  readonly reverse?: boolean;
}

/**
 * An ordered mapping, shared by all who open it under the same name: keys in the order in which they came. A key that is set again keeps its
 * place. Each call is atomic. It is not a cache: nothing expires and nothing is evicted.
 *
 * Every method rejects with `ERR_CACHE_BACKEND` if the backend cannot do it, with `ERR_CACHE_KEY` for what is no key, and with
 * `ERR_CACHE_CLOSED` after `close()`.
 */
export interface Index<V> extends AsyncIterable<[key: Key, value: V]> {
  get(key: Key): Promise<V | undefined>;
  /** In the order of the keys. */
  getMany(keys: readonly Key[]): Promise<(V | undefined)[]>;
  has(key: Key): Promise<boolean>;
  /** @throws CacheError `ERR_CACHE_VALUE` */
  set(key: Key, value: V): Promise<void>;
  /** All of them or, if one is refused, none. */
  setMany(entries: Iterable<readonly [key: Key, value: V]>): Promise<void>;
  /** Sets a value if the key has none; whether it did. */
  add(key: Key, value: V): Promise<boolean>;
  /** The value of the key; if it has none, this one, which is set. */
  getOrAdd(key: Key, value: V): Promise<V>;
  /** Whether there was a value. */
  delete(key: Key): Promise<boolean>;
  /** Takes the value of a key away; `undefined`: it has none. */
  pop(key: Key): Promise<V | undefined>;
  /** The entry that came first; `undefined`: there is none. */
  first(): Promise<[key: Key, value: V] | undefined>;
  /** The entry that came last. */
  last(): Promise<[key: Key, value: V] | undefined>;
  /** Takes the entry away that came first. */
  popFirst(): Promise<[key: Key, value: V] | undefined>;
  /** Takes the entry away that came last. */
  popLast(): Promise<[key: Key, value: V] | undefined>;
  size(): Promise<number>;
  clear(): Promise<void>;
  keys(options?: WalkOptions): AsyncIterable<Key>;
  values(options?: WalkOptions): AsyncIterable<V>;
  /** What is there from the beginning to the end of the walk is seen exactly once. */
  entries(options?: WalkOptions): AsyncIterable<[key: Key, value: V]>;
}

/** Deques and indexes by name, in one place. */
export interface Collections {
  /**
   * The deque of that name; it begins empty.
   *
   * @throws CacheError `ERR_CACHE_OPTION`
   * @example
   * const urls = collections.deque<string>('urls');
   * await urls.push('https://example.org/');
   * for (let url = await urls.pull(); url !== undefined; url = await urls.pull()) await crawl(url);
   */
  deque<T>(name: string, options?: DequeOptions): Deque<T>;
  /**
   * The index of that name; it begins empty. A deque and an index may have the same name.
   *
   * @throws CacheError `ERR_CACHE_OPTION`
   * @example
   * const seen = collections.index<Date>('seen');
   * if (await seen.add(url, new Date())) await urls.push(url);
   */
  index<V>(name: string): Index<V>;
  /** Releases what they hold; everything stays where it is. */
  close(): Promise<void>;
}

/** What collections have in common, wherever they are. */
export interface CollectionsOptions {
  /** How items become bytes. Those of another codec make a read fail. Default: structured clone. */
  readonly codec?: Codec;
}
