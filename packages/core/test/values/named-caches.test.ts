import { describe, expect, it } from 'vitest';
import { type Cache, createCache, createCaches } from '../../src/index.ts';

describe('named caches', () => {
  it('have keys of their own and one invalidation', async () => {
    const caches = createCaches({ default: { ttl: '5m' }, pages: {} });
    await caches.get('default').set('a', 1, { tags: ['t'] });
    await caches.get('pages').set('a', 2, { tags: ['t'] });
    expect(await caches.get('default').get('a')).toBe(1);
    expect(caches.get('pages').name).toBe('pages');
    await caches.invalidateTags(['t']);
    expect(await caches.get('default').get('a')).toBeUndefined();
    expect(await caches.get('pages').get('a')).toBeUndefined();
    await caches.close();
  });

  it('may be there already, and stay open then', async () => {
    const elsewhere = createCache({ name: 'elsewhere' });
    const caches = createCaches({ own: {}, other: elsewhere });
    await elsewhere.set('a', 1, { tags: ['t'] });
    expect([caches.get('other'), caches.get('other').name]).toEqual([elsewhere, 'elsewhere']);
    await caches.invalidateTags(['t']);
    expect(await elsewhere.get('a')).toBeUndefined();
    const load = (cache: Cache) =>
      cache.getOrSet('b', () => new Promise<string>((resolve) => setTimeout(resolve, 5, 'done')));
    const loads = Promise.allSettled([load(caches.get('own')), load(elsewhere)]);
    await caches.close();
    expect(await loads).toMatchObject([{ reason: { code: 'ERR_CACHE_CLOSED' } }, { value: 'done' }]);
    await elsewhere.close();
  });

  it('are known by the names given', () => {
    const caches = createCaches({ default: {} });
    expect(caches.names).toEqual(['default']);
    expect(() => caches.get('other' as 'default')).toThrow(expect.objectContaining({ option: 'name' }));
    expect(() => createCaches({})).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
  });
});
