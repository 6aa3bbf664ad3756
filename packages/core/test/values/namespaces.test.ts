import { describe, expect, it } from 'vitest';
import { memory } from '../../src/index.ts';
import { asyncBackend, recordingBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

describe.each([
  ['memory', memory],
  ['an asynchronous backend', asyncBackend],
])('namespaces (%s)', (_, makeBackend) => {
  it('have keys of their own', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    const spaces = [cache, cache.namespace('a'), cache.namespace('b'), cache.namespace('a').namespace('b')];
    for (const [index, space] of spaces.entries()) await space.set('k', index);
    expect(await Promise.all(spaces.map((space) => space.get('k')))).toEqual([0, 1, 2, 3]);
    await spaces[1]?.delete('k');
    expect(await Promise.all(spaces.map((space) => space.get('k')))).toEqual([0, undefined, 2, 3]);
  });

  it('of the same name in the same place are the same', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.namespace('a').namespace('b').set('k', 1);
    expect(await cache.namespace('a').namespace('b').get('k')).toBe(1);
  });

  it('with names that look like paths are not those paths', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.namespace('a').namespace('b').set('k', 'nested');
    for (const name of ['a/b', 'a,b', 'a","b', '["a","b"]', '@["a"]']) {
      expect(await cache.namespace(name).get('k')).toBeUndefined();
      await cache.namespace(name).clear();
    }
    expect(await cache.namespace('a').namespace('b').get('k')).toBe('nested');
  });

  it('are cleared with those inside them, and nothing else is', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    const a = cache.namespace('a');
    const kept = [cache, cache.namespace('b'), cache.namespace('ab')];
    const gone = [a, a.namespace('b'), a.namespace('b').namespace('c')];
    for (const space of [...kept, ...gone]) await space.set('k', 1);
    await a.clear();
    expect(await Promise.all(gone.map((space) => space.get('k')))).toEqual([undefined, undefined, undefined]);
    expect(await Promise.all(kept.map((space) => space.get('k')))).toEqual([1, 1, 1]);
  });

  it('inside leave the one around them alone when they are cleared', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    const a = cache.namespace('a');
    await a.set('k', 1);
    await a.namespace('b').clear();
    expect(await a.get('k')).toBe(1);
  });

  it('can be filled again after a clear', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    const a = cache.namespace('a');
    for (let round = 0; round < 3; round += 1) {
      await a.set('k', round);
      expect(await a.get('k')).toBe(round);
      await a.clear();
      expect(await a.get('k')).toBeUndefined();
    }
  });

  it('are all emptied by clearing the cache', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    const a = cache.namespace('a');
    await a.set('k', 1, { ttl: 'forever' });
    await cache.clear();
    expect(await a.get('k')).toBeUndefined();
  });
});

describe('a nested namespace', () => {
  it('is cleared without a call to the backend, however much it holds', async () => {
    const { backend, calls } = recordingBackend();
    const { cache } = testCache({ backend });
    const a = cache.namespace('a');
    await a.setMany(Array.from({ length: 1_000 }, (_, index) => [[index], index] as const));
    calls.length = 0;
    await a.clear();
    expect(calls).toEqual([]);
  });

  it('has the name of the cache, and can be called for it', () => {
    const { cache } = testCache({ name: 'shop' });
    expect(cache.name).toBe('shop');
    expect(cache.namespace('a').name).toBe('shop');
  });

  it('takes the defaults of the cache', async () => {
    const { cache, clock } = testCache({ ttl: '1m' });
    await cache.namespace('a').set('k', 1);
    clock.advance(60_000);
    expect(await cache.namespace('a').get('k')).toBeUndefined();
  });

  it('does not inherit properties of objects by its name', async () => {
    const { cache } = testCache();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      await cache.namespace(name).set('k', name);
      expect(await cache.namespace(name).get('k')).toBe(name);
    }
  });
});

describe('caches that share a backend', () => {
  it('under different names are apart', async () => {
    const backend = memory();
    const { cache: one } = testCache({ backend, name: 'one' });
    const { cache: two } = testCache({ backend, name: 'two' });
    await one.set('k', 1);
    expect(await two.get('k')).toBeUndefined();
    await two.set('k', 2);
    await one.clear();
    expect(await two.get('k')).toBe(2);
  });

  it('under one name see the same values, and each other’s invalidations', async () => {
    const backend = memory();
    const { cache: one } = testCache({ backend });
    const { cache: two } = testCache({ backend });
    for (let round = 0; round < 3; round += 1) await one.invalidateTags(['other']);
    await one.set('k', 1, { tags: ['t'] });
    expect(await two.get('k')).toBe(1);
    await two.invalidateTags(['t']);
    expect(await two.get('k')).toBeUndefined();
    expect(await one.get('k')).toBeUndefined();
  });
});
