import { describe, expect, it } from 'vitest';
import { asyncBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

describe.each([
  ['memory', undefined],
  ['an asynchronous backend', asyncBackend],
] as const)('increment in %s', (_, backend) => {
  const setUp = () => testCache(backend === undefined ? {} : { backend: backend() });

  it('counts a missing key from 0, or from the initial number given', async () => {
    const { cache } = setUp();
    expect(await cache.increment('a')).toBe(1);
    expect(await cache.increment('a', 4)).toBe(5);
    expect(await cache.decrement('a', 2)).toBe(3);
    expect(await cache.increment('b', 1, { initial: 10 })).toBe(11);
    expect(await cache.get('b')).toBe(11);
  });

  it('keeps the deadline and the tags of a live number', async () => {
    const { cache, clock } = setUp();
    await cache.set('a', 1, { ttl: '1m', tags: ['t'] });
    clock.advance(40_000);
    expect(await cache.increment('a', 1, { ttl: '1h' })).toBe(2);
    expect((await cache.entry('a'))?.ttl).toBe(20_000);
    await cache.invalidateTags(['t']);
    expect(await cache.increment('a')).toBe(1);
  });

  it('counts an expired number anew', async () => {
    const { cache, clock } = setUp();
    await cache.increment('a', 5, { ttl: '1m' });
    clock.advance(60_000);
    expect(await cache.increment('a', 1, { ttl: '1m' })).toBe(1);
  });

  it('loses none of many at once', async () => {
    const { cache } = setUp();
    const sums = await Promise.all(Array.from({ length: 50 }, () => cache.increment('a')));
    expect(new Set(sums).size).toBe(50);
    expect(await cache.get('a')).toBe(50);
  });

  it('refuses what is no number, and numbers that are not finite', async () => {
    const { cache } = setUp();
    await cache.set('a', 'text');
    await expect(cache.increment('a')).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(await cache.get('a')).toBe('text');
    await expect(cache.increment('b', Number.NaN)).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'delta' });
    await expect(cache.increment('b', 1, { initial: Infinity })).rejects.toMatchObject({ option: 'initial' });
    await cache.set('c', Number.MAX_VALUE);
    await expect(cache.increment('c', Number.MAX_VALUE)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
  });

  it('ends a load of the key that is under way', async () => {
    const { cache } = setUp();
    const loading = cache.getOrSet('a', async () => {
      await cache.increment('a', 7);
      return 100;
    });
    expect(await loading).toBe(100);
    expect(await cache.get('a')).toBe(7);
  });
});
