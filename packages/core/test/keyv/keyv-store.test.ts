import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cache, CacheError, createCache, memory } from '../../src/index.ts';
import { type KeyvCacheStore, keyvStore } from '../../src/keyv/index.ts';
import { type FakeClock, fakeClock } from '../../src/testing/index.ts';
import { faultyBackend } from '../support/backends.ts';

const plain = { serialize: undefined, deserialize: undefined, useKeyPrefix: false };

let clock: FakeClock;
let cache: Cache;

beforeEach(() => {
  clock = fakeClock();
  cache = createCache({ clock, backend: memory({ maxEntries: 2_000 }) });
});

afterEach(() => cache.close());

/** A Keyv on the cache, with a store of its own. */
function onCache(namespace?: string, options: object = {}): Keyv {
  return new Keyv({ store: keyvStore(cache), ...(namespace !== undefined && { namespace }), ...options });
}

test('is what Keyv calls a store', () => {
  const store: KeyvStoreAdapter = keyvStore(cache);
  expect(new Keyv(store).store).toBe(store);
});

describe('namespaces', () => {
  test('become namespaces of the cache, with the keys that Keyv hands over', async () => {
    await onCache('users').set('5', 'Ana');
    expect(await cache.namespace('users').has('users:5')).toBe(true);
    expect(await cache.has('users:5')).toBe(false);
  });

  test('clear() leaves everything else', async () => {
    const [users, cities] = [onCache('users'), onCache('cities')];
    await users.set('5', 'Ana');
    await cities.set('5', 'Lisbon');
    await cache.set('5', 'own');
    await users.clear();
    expect(await users.get('5')).toBeUndefined();
    expect(await cities.get('5')).toBe('Lisbon');
    expect(await cache.get('5')).toBe('own');
  });

  test('a Keyv without one uses the cache itself, and clears all of it', async () => {
    const users = onCache('users');
    const root = new Keyv({ store: keyvStore(cache), namespace: '' });
    await users.set('5', 'Ana');
    await root.set('5', 'root');
    expect(await cache.has('5')).toBe(true);
    expect(await users.get('5')).toBe('Ana');
    await root.clear();
    expect(await users.get('5')).toBeUndefined();
  });

  test('can change', async () => {
    const both = onCache('one');
    await both.set('a', 1);
    both.namespace = 'two';
    expect(await both.get('a')).toBeUndefined();
    both.namespace = 'one';
    expect(await both.get('a')).toBe(1);
  });
});

describe('values', () => {
  test('of a Keyv without serializer are those of the cache, both ways', async () => {
    const users = onCache('users', plain);
    const own = cache.namespace('users');
    await users.set('5', { name: 'Ana' });
    expect(await own.get('5')).toEqual({ name: 'Ana' });
    await own.set('6', 'a text');
    await own.set('7', null);
    expect(await users.get('6')).toBe('a text');
    expect(await users.get(['5', '6', '7', '8'])).toEqual([{ name: 'Ana' }, 'a text', null, undefined]);
    expect(await users.has('7')).toBe(true);
  });

  test.each(['{"value":1}', 'null', '"', '', ':a'])(
    'the text %j is not taken for what a serializer made',
    async (text) => {
      const users = onCache('users', plain);
      await users.set('5', text);
      expect(await users.get('5')).toBe(text);
      expect(await cache.namespace('users').get('5')).toBe(text);
    },
  );

  test('of a Keyv with another serializer come back', async () => {
    const serialize = ({ value }: { value?: unknown }): string => `<${String(value)}>`;
    const deserialize = (text: string): { value?: never } => ({ value: text.slice(1, -1) as never });
    const users = onCache('users', { serialize, deserialize });
    await users.set('5', 'Ana');
    expect(await users.get('5')).toBe('Ana');
  });

  test('undefined takes away what was there', async () => {
    const users = onCache('users', plain);
    await users.set('5', 'Ana');
    expect(await users.set('5', undefined)).toBe(true);
    expect(await users.has('5')).toBe(false);
  });

  test('what is neither a text nor a value is refused', async () => {
    await expect(keyvStore(cache).set('5', 5)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
  });
});

describe('lifetimes', () => {
  const left = async (key: string): Promise<number | undefined> => (await cache.namespace('keyv').entry(key))?.ttl;

  test('are for ever unless Keyv says otherwise', async () => {
    const instance = onCache();
    await instance.set('a', 1);
    await instance.set('b', 1, 0);
    await instance.set('c', 1, 5_000);
    expect([await left('keyv:a'), await left('keyv:b'), await left('keyv:c')]).toEqual([Infinity, Infinity, 5_000]);
    clock.advance(5_000);
    expect(await instance.has(['a', 'b', 'c'])).toEqual([true, true, false]);
  });

  test('of the Keyv are the default', async () => {
    const instance = onCache(undefined, { ttl: 3_000 });
    await instance.set('a', 1);
    await instance.setMany([{ key: 'b', value: 1 }]);
    expect([await left('keyv:a'), await left('keyv:b')]).toEqual([3_000, 3_000]);
  });

  test('that are over already take away what was there', async () => {
    const instance = onCache();
    await instance.set('a', 1);
    await instance.set('a', 2, -1);
    expect(await instance.has('a')).toBe(false);
  });

  test('that are none are refused', async () => {
    await expect(keyvStore(cache).set('a', '1', Infinity)).rejects.toBeInstanceOf(CacheError);
  });
});

describe('several keys', () => {
  test('Keyv tells what became of each', async () => {
    const instance = onCache();
    expect(await instance.setMany(['a', 'b'].map((key) => ({ key, value: key })))).toEqual([true, true]);
    expect(await instance.delete(['a', 'x'])).toBe(false);
    expect(await instance.delete(['b'])).toBe(true);
  });

  test('iterating goes through more than one batch', async () => {
    const instance = onCache('many');
    const keys = Array.from({ length: 250 }, (_, index) => `key ${index}`);
    for (const key of keys) await instance.set(key, key);
    await cache.namespace('many').set(['a', 'tuple'], 1);
    const found: unknown[] = [];
    for await (const pair of instance.iterator?.(undefined) ?? []) found.push(pair);
    expect(new Map(found as [string, string][])).toEqual(new Map(keys.map((key) => [key, key])));
  });
});

describe('when something fails', () => {
  test('Keyv answers that nothing is there, and tells', async () => {
    const backend = faultyBackend({
      get: () => Promise.reject(new Error('away')),
      set: () => Promise.reject(new Error('away too')),
    });
    const failing = createCache({ backend });
    const instance = new Keyv({ store: keyvStore(failing), throwOnErrors: true });
    const errors: string[] = [];
    instance.on('error', (error: Error) => errors.push(error.message));
    expect(await instance.get('a')).toBeUndefined();
    expect(await instance.set('a', 1)).toBe(true);
    expect(errors).toEqual(['away', 'away too']);
  });

  test('only errors are listened to', async () => {
    const heard: unknown[] = [];
    const store: KeyvCacheStore = keyvStore(cache);
    expect(store.on('hit', (event) => heard.push(event))).toBe(store);
    await cache.set('a', 1);
    await cache.get('a');
    expect(heard).toEqual([]);
  });

  test('the cache stays open when Keyv disconnects', async () => {
    const instance = onCache();
    await instance.disconnect();
    await instance.set('a', 1);
    expect(await instance.get('a')).toBe(1);
  });
});
