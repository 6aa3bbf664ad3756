import type { Cache } from '../cache.ts';
import { KeyvCacheAdapter } from './keyv-cache-adapter.ts';

/** A cache in the form that Keyv wants of its stores, in version 5 and in version 6. */
export interface KeyvCacheStore {
  /** Keyv 5 looks here whether it may iterate. */
  opts: Record<string, unknown>;
  /** The namespace of the Keyv that uses the store, which it sets itself. */
  namespace?: string | undefined;
  get<Value>(key: string): Promise<Value | undefined>;
  getMany<Value>(keys: string[]): Promise<(Value | undefined)[]>;
  /** @param ttl in milliseconds; for ever without it, and for 0 as everywhere in Keyv */
  set(key: string, value: unknown, ttl?: number): Promise<boolean>;
  /** `true` for each entry, which is what both versions of Keyv expect, whatever their types say. */
  setMany<Result = boolean[]>(entries: { key: string; value: unknown; ttl?: number }[]): Promise<Result>;
  delete(key: string): Promise<boolean>;
  /** Whether all of them were there. */
  deleteMany(keys: string[]): Promise<boolean>;
  /** Clears the namespace; without one the whole cache that the store was made of, with all that is inside it. */
  clear(): Promise<void>;
  has(key: string): Promise<boolean>;
  hasMany(keys: string[]): Promise<boolean[]>;
  /** Keys with what is stored under them; rejects where the backend cannot list keys (memcached). */
  iterator<Value>(): AsyncGenerator<(string | Awaited<Value> | undefined)[], void>;
  /** Tells Keyv of failures of the backend, which no call rejects with. */
  on(event: string, listener: (error: unknown) => void): KeyvCacheStore;
}

/**
 * Makes a store for Keyv of a cache, so that code which uses Keyv can stay while the rest moves. Make one for each Keyv, because Keyv tells
 * its namespace to its store: that becomes a namespace of the cache, and the keys in it are those that Keyv hands over: Keyv 5 turns `'5'` into `'users:5'`, unless it
 * has `useKeyPrefix: false`.
 *
 * A Keyv without serializer shares its values with the cache: what one stores the other reads. What a serializer made is kept as
 * the text it is. The cache stays open when Keyv disconnects.
 *
 * @example
 * const options = { namespace: 'users', useKeyPrefix: false, serialize: undefined, deserialize: undefined };
 * const users = new Keyv({ store: keyvStore(cache), ...options });
 * await users.set('5', { name: 'Ana' }, 60_000);
 * await cache.namespace('users').get('5'); // { name: 'Ana' }
 */
export function keyvStore(cache: Cache): KeyvCacheStore {
  return new KeyvCacheAdapter(cache);
}
