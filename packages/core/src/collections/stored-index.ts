import { CacheError, rejectUnknownOptions } from '../errors.ts';
import { decodeKey, encodeBytesKey, type Key } from '../key.ts';
import type { Index, Side, WalkOptions } from './collections.ts';
import type { ItemCodec } from './item-codec.ts';
import type { IndexItem, IndexStore } from './stores.ts';

/** An index of values over a store of bytes. */
export class StoredIndex<V> implements Index<V> {
  readonly #store: IndexStore;
  readonly #codec: ItemCodec;

  constructor(store: IndexStore, codec: ItemCodec) {
    this.#store = store;
    this.#codec = codec;
  }

  async get(key: Key): Promise<V | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly Key[]): Promise<(V | undefined)[]> {
    const encoded = keys.map((key) => encodeBytesKey(key));
    if (encoded.length === 0) return [];
    return (await this.#store.getMany(encoded)).map((bytes) => this.#decoded(bytes));
  }

  async has(key: Key): Promise<boolean> {
    return (await this.#store.getMany([encodeBytesKey(key)]))[0] !== undefined;
  }

  set(key: Key, value: V): Promise<void> {
    return this.setMany([[key, value]]);
  }

  async setMany(entries: Iterable<readonly [key: Key, value: V]>): Promise<void> {
    const items = Array.from(entries, ([key, value]) => [encodeBytesKey(key), this.#codec.encode(value)] as const);
    if (items.length > 0) await this.#store.set(items);
  }

  async add(key: Key, value: V): Promise<boolean> {
    return (await this.#store.add(encodeBytesKey(key), this.#codec.encode(value))) === undefined;
  }

  async getOrAdd(key: Key, value: V): Promise<V> {
    const there = await this.#store.add(encodeBytesKey(key), this.#codec.encode(value));
    return there === undefined ? value : (this.#codec.decode(there) as V);
  }

  async delete(key: Key): Promise<boolean> {
    return (await this.#store.take(encodeBytesKey(key))) !== undefined;
  }

  async pop(key: Key): Promise<V | undefined> {
    return this.#decoded(await this.#store.take(encodeBytesKey(key)));
  }

  first(): Promise<[key: Key, value: V] | undefined> {
    return this.#end('front', false);
  }

  last(): Promise<[key: Key, value: V] | undefined> {
    return this.#end('back', false);
  }

  popFirst(): Promise<[key: Key, value: V] | undefined> {
    return this.#end('front', true);
  }

  popLast(): Promise<[key: Key, value: V] | undefined> {
    return this.#end('back', true);
  }

  size(): Promise<number> {
    return this.#store.size();
  }

  clear(): Promise<void> {
    return this.#store.clear();
  }

  async *keys(options?: WalkOptions): AsyncIterable<Key> {
    for await (const [key] of this.#items(options)) yield keyOf(key);
  }

  async *values(options?: WalkOptions): AsyncIterable<V> {
    for await (const [, bytes] of this.#items(options)) yield this.#codec.decode(bytes) as V;
  }

  async *entries(options?: WalkOptions): AsyncIterable<[key: Key, value: V]> {
    for await (const item of this.#items(options)) yield this.#entry(item);
  }

  [Symbol.asyncIterator](): AsyncIterator<[key: Key, value: V]> {
    return this.entries()[Symbol.asyncIterator]();
  }

  #items(options: WalkOptions = {}): AsyncIterable<IndexItem> {
    rejectUnknownOptions(options, ['reverse']);
    return this.#store.items(options.reverse === true);
  }

  async #end(side: Side, take: boolean): Promise<[key: Key, value: V] | undefined> {
    const item = await this.#store.end(side, take);
    return item && this.#entry(item);
  }

  #entry([key, bytes]: IndexItem): [key: Key, value: V] {
    return [keyOf(key), this.#codec.decode(bytes) as V];
  }

  #decoded(bytes: Uint8Array | undefined): V | undefined {
    return bytes && (this.#codec.decode(bytes) as V);
  }
}

function keyOf(text: string): Key {
  const key = decodeKey(text);
  if (key !== undefined) return key;
  throw new CacheError('ERR_CACHE_BACKEND', 'The index holds a key that this library did not write.');
}
