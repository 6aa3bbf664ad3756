import { describe, expect, test } from 'vitest';
import { CacheError, createCache, jsonCodec, none } from '../../src/index.ts';
import { recordEvents } from '../support/record-events.ts';

describe('none', () => {
  test('stores nothing: each read is a miss, each getOrSet loads', async () => {
    const cache = createCache({ backend: none() });
    await cache.set('a', 1);
    await cache.setMany([['b', 2]]);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.has('b')).toBe(false);
    let loads = 0;
    for (let count = 0; count < 3; count += 1) await cache.getOrSet('a', () => (loads += 1));
    expect(loads).toBe(3);
    expect(await cache.delete('a')).toBe(false);
  });

  test('single flight still holds', async () => {
    const cache = createCache({ backend: none() });
    let loads = 0;
    const load = async (): Promise<number> => (loads += 1);
    await Promise.all([1, 2, 3].map(() => cache.getOrSet('a', load)));
    expect(loads).toBe(1);
  });

  test('keys, options and values are checked as everywhere else', async () => {
    const cache = createCache({ backend: none() });
    await expect(cache.set([] as never, 1)).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    await expect(cache.set('a', 1, { ttl: -1 })).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    await expect(cache.set('a', undefined)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    await expect(cache.set('a', { call: () => {} })).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
  });

  test('with the codec of production, what that refuses is refused', async () => {
    const cache = createCache({ backend: none({ codec: jsonCodec }) });
    const errors = recordEvents(cache, 'error');
    await expect(cache.set('a', { at: new Date() })).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(errors).toEqual([]);
    const at = new Date();
    expect(await cache.getOrSet('a', () => ({ at }))).toEqual({ at });
    expect(errors).toMatchObject([{ event: { error: { code: 'ERR_CACHE_VALUE' } } }]);
  });

  test.each([{ codec: 1 }, { codec: null }, { other: true }])('refuses the options %o', (options) => {
    expect(() => none(options as never)).toThrow(CacheError);
  });

  test('keeps the seam: nothing is there, and what is written might have had to make room at once', async () => {
    const store = none().open({ name: 'a', version: '1', clock: { now: () => 0, after: () => () => {} }, report() {} });
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await store.swap('a', undefined, undefined)).toBe(true);
    expect(await store.deleteMany(['a', 'b'])).toBe(0);
    expect(await store.clear()).toBeUndefined();
    const keys: string[] = [];
    for await (const key of store.keys?.('') ?? []) keys.push(key);
    expect(keys).toEqual([]);
    expect(store.capabilities).toEqual({ atomic: false, shared: false, persistent: false });
  });
});
