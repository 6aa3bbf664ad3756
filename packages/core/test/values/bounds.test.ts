import { describe, expect, it } from 'vitest';
import { approximateSize } from '../../src/backends/size.ts';
import { createCache, memory } from '../../src/index.ts';

const bytes = (count: number): string => 'x'.repeat(count);

describe('memory bounded by count', () => {
  it('makes room for a new value by dropping the one that was used least recently', async () => {
    const cache = createCache({ backend: memory({ maxEntries: 3 }) });
    await cache.setMany(['a', 'b', 'c'].map((key) => [key, key]));
    await cache.get('a');
    await cache.getOrSet('b', () => 'other');
    await cache.set('d', 'd');
    expect(await cache.getMany(['a', 'b', 'c', 'd'])).toEqual(['a', 'b', undefined, 'd']);
  });

  it('replaces a value without dropping another', async () => {
    const cache = createCache({ backend: memory({ maxEntries: 2 }) });
    await cache.setMany(['a', 'b'].map((key) => [key, 1]));
    await cache.set('b', 2);
    expect(await cache.getMany(['a', 'b'])).toEqual([1, 2]);
  });

  it('counts the values of all namespaces together', async () => {
    const cache = createCache({ backend: memory({ maxEntries: 2 }) });
    await cache.set('k', 1);
    await cache.namespace('a').set('k', 2);
    await cache.namespace('b').set('k', 3);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.namespace('a').get('k')).toBe(2);
  });

  it('holds no more than 50,000 values unless told otherwise', async () => {
    const cache = createCache({ backend: memory({ weigh: () => 1 }) });
    await cache.setMany(Array.from({ length: 50_001 }, (_, index) => [[index], index] as const));
    expect(await cache.getMany([[0], [1], [50_000]])).toEqual([undefined, 1, 50_000]);
  });

  it('lets values that are invalid by now make room like any other', async () => {
    const cache = createCache({ backend: memory({ maxEntries: 10 }) });
    for (let index = 0; index < 100; index += 1) {
      await cache.set([index], index, { tags: [`t:${index}`] });
      await cache.invalidateTags([`t:${index}`]);
    }
    const keys = Array.from({ length: 10 }, (_, index) => `valid ${index}`);
    await cache.setMany(keys.map((key) => [key, key]));
    expect(await cache.getMany(keys)).toEqual(keys);
  });
});

describe('memory bounded by bytes', () => {
  it('makes room for a new value by dropping those used least recently', async () => {
    const cache = createCache({ backend: memory({ maxBytes: 100, weigh: (value) => (value as string).length }) });
    await cache.set('a', bytes(40));
    await cache.set('b', bytes(40));
    await cache.get('a');
    await cache.set('c', bytes(60));
    expect([await cache.has('a'), await cache.has('b'), await cache.has('c')]).toEqual([true, false, true]);
  });

  it('holds no more than 64 MiB unless told otherwise', async () => {
    const cache = createCache();
    await cache.set('a', bytes(40 * 1024 * 1024));
    await cache.set('b', bytes(40 * 1024 * 1024));
    expect([await cache.has('a'), await cache.has('b')]).toEqual([false, true]);
  });

  it('does not store a value that is heavier than the bound, and drops nothing for it', async () => {
    const cache = createCache({ backend: memory({ maxBytes: 1_000 }) });
    await cache.set('small', 1);
    await expect(cache.set('large', bytes(2_000))).rejects.toThrow('allowed: 1000 (option maxBytes)');
    expect(await cache.getMany(['small', 'large'])).toEqual([1, undefined]);
    expect(await cache.getOrSet('large', () => bytes(2_000))).toHaveLength(2_000);
  });

  it('leaves no older value behind when the new one is too heavy', async () => {
    const cache = createCache({ backend: memory({ maxBytes: 1_000 }) });
    await cache.set('a', 'old');
    await expect(cache.set('a', bytes(2_000))).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(await cache.get('a')).toBeUndefined();
  });

  it.each<[string, () => number]>([
    ['is no number', () => Number.NaN],
    [
      'cannot be found out',
      () => {
        throw new Error('weigh');
      },
    ],
  ])('leaves no older value behind when the weight %s', async (_, badWeight) => {
    let weigh = (): number => 1;
    const cache = createCache({ backend: memory({ weigh: () => weigh() }) });
    await cache.set('a', 'old');
    weigh = badWeight;
    await Promise.allSettled([cache.set('a', 'new')]);
    expect(await cache.get('a')).not.toBe('old');
  });

  it('weighs each value with its key, once for each time it is stored', async () => {
    const weighed: unknown[] = [];
    const cache = createCache({ backend: memory({ weigh: (value, key) => weighed.push([value, key]) }) });
    await cache.set('a', 'value');
    await cache.get('a');
    await cache.get('a');
    expect(weighed).toEqual([['value', 'a']]);
  });

  it('takes a weight of 0 or less for the least there is', async () => {
    const cache = createCache({ backend: memory({ maxBytes: 2, weigh: () => -5 }) });
    await cache.setMany(['a', 'b', 'c'].map((key) => [key, 1]));
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 1, 1]);
  });
});

describe('the estimated size of a value', () => {
  it.each<[string, unknown, unknown]>([
    ['text', 'x', bytes(1_000)],
    ['an array', [1], Array(100).fill(1)],
    ['an object', { a: 1 }, { a: { b: { c: bytes(100) } } }],
    ['a Map', new Map(), new Map([[bytes(100), bytes(100)]])],
    ['a Set', new Set(), new Set([bytes(100)])],
    ['a Buffer', Buffer.alloc(1), Buffer.alloc(1_000)],
    ['an ArrayBuffer', new ArrayBuffer(1), new ArrayBuffer(1_000)],
  ])('grows with what is in it: %s', (_, small, large) => {
    expect(approximateSize(large, 'k')).toBeGreaterThan(approximateSize(small, 'k'));
  });

  it('counts the key, and each shared part once', () => {
    expect(approximateSize(1, bytes(100)) - approximateSize(1, '')).toBe(100);
    const part = { text: bytes(1_000) };
    expect(approximateSize([part, part], 'k')).toBeLessThan(approximateSize([part, { ...part }], 'k'));
  });

  it('ends for values that are circles', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(approximateSize(circle, 'k')).toBeGreaterThan(0);
  });
});
