import { describe, expect, it } from 'vitest';
import { asyncBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

describe.each([
  ['memory', undefined],
  ['an asynchronous backend', asyncBackend],
] as const)('in %s', (_, backend) => {
  const setUp = () => testCache(backend === undefined ? {} : { backend: backend() });

  it('replace stores only over a fresh value', async () => {
    const { cache, clock } = setUp();
    expect(await cache.replace('a', 1)).toBe(false);
    expect(await cache.has('a')).toBe(false);
    await cache.set('a', 1, { ttl: '1m' });
    expect(await cache.replace('a', 2, { ttl: '1m' })).toBe(true);
    expect(await cache.get('a')).toBe(2);
    clock.advance(60_000);
    expect(await cache.replace('a', 3)).toBe(false);
  });

  it('one of many simultaneous adds stores its value', async () => {
    const { cache } = setUp();
    const added = await Promise.all(Array.from({ length: 20 }, (_unused, index) => cache.add('a', index)));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await cache.get('a')).toBe(added.indexOf(true));
  });

  it('take gives a value to one of many takers', async () => {
    const { cache } = setUp();
    await cache.set('a', { n: 1 });
    const taken = await Promise.all(Array.from({ length: 10 }, () => cache.take('a')));
    expect(taken.filter((value) => value !== undefined)).toEqual([{ n: 1 }]);
    expect(await cache.take('a')).toBeUndefined();
    await cache.set('b', null);
    expect(await cache.take('b')).toBeNull();
  });

  it('take finds neither an expired nor an invalidated value', async () => {
    const { cache, clock } = setUp();
    await cache.set('a', 1, { ttl: '1m', staleWhileRevalidate: '1h' });
    await cache.set('b', 1, { tags: ['t'] });
    clock.advance(60_000);
    await cache.invalidateTags(['t']);
    expect(await cache.take('a')).toBeUndefined();
    expect(await cache.take('b')).toBeUndefined();
  });

  it('expire makes a value stale: it is answered while a new one is loaded', async () => {
    const { cache } = setUp();
    await cache.set('a', 'old', { ttl: '10m' });
    expect(await cache.expire('a')).toBe(true);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.entry('a')).toMatchObject({ stale: true, ttl: 0 });
    expect(await cache.getOrSet('a', () => 'new')).toBe('old');
    await expect.poll(() => cache.get('a')).toBe('new');
  });

  it('expire does not make a value live longer, and does nothing to a missing one', async () => {
    const { cache, clock } = setUp();
    expect(await cache.expire('a')).toBe(false);
    await cache.set('a', 'old', { ttl: '10m' });
    await cache.expire('a');
    clock.advance(600_000);
    expect(await cache.getOrSet('a', () => 'new')).toBe('new');
  });

  it('entry tells age, ttl, tags and size, and is no hit', async () => {
    const { cache, clock } = setUp();
    let hits = 0;
    cache.on('hit', () => (hits += 1));
    await cache.getOrSet('a', () => 'x'.repeat(1_000), { ttl: '1m', tags: ['t'] });
    clock.advance(15_000);
    const info = await cache.entry('a');
    expect(info).toMatchObject({ key: 'a', age: 15_000, ttl: 45_000, stale: false, tags: ['t'] });
    expect(info?.size).toBeGreaterThan(1_000);
    expect(await cache.entry('b')).toBeUndefined();
    expect(hits).toBe(0);
  });
});
