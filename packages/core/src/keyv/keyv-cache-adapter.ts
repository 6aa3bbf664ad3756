import type { Cache } from '../cache.ts';
import type { KeyvCacheStore } from './keyv-store.ts';
import { fromKeyv, toKeyv } from './stored-value.ts';

/** Keys whose values are read in one call while iterating. */
const BATCH = 100;

/** What `keyvStore` makes. It has every method that a store can have: Keyv 6 leaves the namespace to no other one. */
export class KeyvCacheAdapter implements KeyvCacheStore {
  /** Keyv 5 iterates only stores whose dialect it knows, and this one answers like that of Redis. */
  opts: Record<string, unknown> = { dialect: 'redis', url: '' };
  readonly #root: Cache;
  #cache: Cache;
  #namespace: string | undefined;

  constructor(cache: Cache) {
    this.#root = cache;
    this.#cache = cache;
  }

  get namespace(): string | undefined {
    return this.#namespace;
  }

  set namespace(name: string | undefined) {
    this.#namespace = name;
    this.#cache = name === undefined || name === '' ? this.#root : this.#root.namespace(name);
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    return toKeyv(await this.#cache.get(key)) as Value | undefined;
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    const found = await this.#cache.getMany(keys);
    return found.map((value) => toKeyv(value) as Value | undefined);
  }

  async set(key: string, given: unknown, ttl?: number): Promise<boolean> {
    const value = fromKeyv(given);
    if (value === undefined) await this.#cache.delete(key);
    else await this.#cache.set(key, value, { ttl: ttl ? Math.max(0, ttl) : 'forever' });
    return true;
  }

  setMany<Result = boolean[]>(entries: { key: string; value: unknown; ttl?: number }[]): Promise<Result> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl))) as Promise<Result>;
  }

  delete(key: string): Promise<boolean> {
    return this.#cache.delete(key);
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return (await this.#cache.deleteMany(keys)) === keys.length;
  }

  clear(): Promise<void> {
    return this.#cache.clear();
  }

  has(key: string): Promise<boolean> {
    return this.#cache.has(key);
  }

  hasMany(keys: string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.#cache.has(key)));
  }

  async *iterator<Value>(): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const cache = this.#cache;
    let keys: string[] = [];
    for await (const key of cache.keys()) {
      // A tuple is a key that no Keyv can have given.
      if (typeof key === 'string') keys.push(key);
      if (keys.length < BATCH) continue;
      yield* pairs<Value>(cache, keys);
      keys = [];
    }
    yield* pairs<Value>(cache, keys);
  }

  on(event: string, listener: (error: unknown) => void): this {
    if (event === 'error') this.#root.on('error', ({ error }) => listener(error));
    return this;
  }
}

async function* pairs<Value>(cache: Cache, keys: readonly string[]): AsyncGenerator<(string | Awaited<Value>)[], void> {
  const found = keys.length === 0 ? [] : await cache.getMany(keys);
  for (const [index, key] of keys.entries()) {
    if (found[index] !== undefined) yield [key, toKeyv(found[index]) as Awaited<Value>];
  }
}
