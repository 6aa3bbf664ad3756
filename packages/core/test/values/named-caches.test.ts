import { describe, expect, it } from 'vitest';
import { createCaches } from '../../src/index.ts';

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

  it('are known by the names given', () => {
    const caches = createCaches({ default: {} });
    expect(caches.names).toEqual(['default']);
    expect(() => caches.get('other' as 'default')).toThrow(expect.objectContaining({ option: 'name' }));
    expect(() => createCaches({})).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
  });
});
