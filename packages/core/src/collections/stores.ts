import type { Side } from './collections.ts';

/** Where the items of one deque are, as bytes. */
export interface DequeStore {
  /** @param ttl milliseconds, `Infinity` for ever @returns how many there are */
  push(items: readonly Uint8Array[], side: Side, ttl: number): Promise<number>;
  /** Up to `count` that are not expired, the outermost first; expired ones on the way are dropped. */
  pull(count: number, side: Side): Promise<Uint8Array[]>;
  peek(side: Side): Promise<Uint8Array | undefined>;
  length(): Promise<number>;
  rotate(steps: number): Promise<void>;
  clear(): Promise<void>;
  items(): AsyncIterable<Uint8Array>;
}

/** An entry of an index: the key as text, the value as bytes. */
export type IndexItem = readonly [key: string, value: Uint8Array];

/** Where the entries of one index are. */
export interface IndexStore {
  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  set(items: readonly IndexItem[]): Promise<void>;
  /** Sets it if there is none; else what is there. */
  add(key: string, value: Uint8Array): Promise<Uint8Array | undefined>;
  take(key: string): Promise<Uint8Array | undefined>;
  end(side: Side, take: boolean): Promise<IndexItem | undefined>;
  size(): Promise<number>;
  clear(): Promise<void>;
  items(reverse: boolean): AsyncIterable<IndexItem>;
}
