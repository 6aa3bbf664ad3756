import { describe, expect, it } from 'vitest';
import { cached, cacheEvict, cachePut, defineKeys } from '../../src/index.ts';
import { testCache } from '../support/test-cache.ts';

const keys = defineKeys({
  settings: () => [],
  city: { key: (id: number) => id, ttl: '10m', tags: (id) => [`city:${id}`] },
  nearby: { key: (id: number, radius: number) => [id, radius], ttl: '1m', tags: ['nearby'] },
});

describe('defined keys', () => {
  it('begin with their name', () => {
    expect([keys.settings(), keys.city(5), keys.nearby(5, 10)]).toEqual([['settings'], ['city', 5], ['nearby', 5, 10]]);
  });

  it('know lifetime and tags', () => {
    expect(keys.settings.options()).toEqual({});
    expect(keys.city.options(5)).toEqual({ ttl: '10m', tags: ['city:5'] });
    expect(keys.nearby.options(5, 10)).toEqual({ ttl: '1m', tags: ['nearby'] });
  });

  it('bring both along', async () => {
    const { cache, clock } = testCache();
    let reads = 0;
    const read = cached(cache, { key: keys.city, tags: ['own'] }, (id) => `${id}: ${(reads += 1)}`);
    expect(await read(5)).toBe('5: 1');
    expect((await cache.entry(keys.city(5)))?.tags).toEqual(expect.arrayContaining(['city:5', 'own']));
    await cache.invalidateTags(['city:5']);
    expect(await read(5)).toBe('5: 2');
    clock.advance(600_000);
    expect(await read(5)).toBe('5: 3');
    const put = cachePut(cache, { key: keys.city, ttl: '20m' }, (id) => `put ${id}`);
    await put(5);
    clock.advance(600_000);
    expect(await read(5)).toBe('put 5');
    await cacheEvict(cache, { key: keys.city }, (_id) => {})(5);
    expect(await cache.has(keys.city(5))).toBe(false);
  });

  it.each<[string, object, string]>([
    ['no function', { city: 'city' }, 'city'],
    ['no key', { city: { ttl: '1m' } }, 'city'],
    ['nothing', { city: null }, 'city'],
    ['a wrong ttl', { city: { key: () => 1, ttl: 'long' } }, 'ttl'],
    ['wrong tags', { city: { key: () => 1, tags: 'city' } }, 'tags'],
    ['an unknown option', { city: { key: () => 1, max: 1 } }, 'max'],
  ])('are refused at once: %s', (_, definitions, option) => {
    expect(() => defineKeys(definitions as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }),
    );
  });
});
