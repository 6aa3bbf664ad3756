import { describe, expect, it } from 'vitest';
import { memory } from '../../src/index.ts';
import { asyncBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

describe.each([
  ['memory', memory],
  ['an asynchronous backend', asyncBackend],
])('with %s', (_, makeBackend) => {
  it('get finds what set stored, and undefined for the rest', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.set('a', { name: 'Berlin' });
    expect(await cache.get('a')).toEqual({ name: 'Berlin' });
    expect(await cache.get('b')).toBeUndefined();
  });

  it('set replaces', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.set('a', 1);
    await cache.set('a', 2);
    expect(await cache.get('a')).toBe(2);
  });

  it('getMany answers in the order of the keys, with holes', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.setMany([
      ['a', 1],
      [['b', 2], 2],
    ]);
    expect(await cache.getMany([['b', 2], 'x', 'a', 'a'])).toEqual([2, undefined, 1, 1]);
    expect(await cache.getMany([])).toEqual([]);
  });

  it('setMany takes any iterable, and applies its options to all', async () => {
    const { cache, clock } = testCache({ backend: makeBackend() });
    await cache.setMany(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      { ttl: '1s', tags: ['t'] },
    );
    expect(await cache.getMany(['a', 'b'])).toEqual([1, 2]);
    clock.advance(1_000);
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
  });

  it('add stores only where nothing fresh is', async () => {
    const { cache, clock } = testCache({ backend: makeBackend(), ttl: '1m', staleWhileRevalidate: '1h' });
    expect(await cache.add('a', 1)).toBe(true);
    expect(await cache.add('a', 2)).toBe(false);
    expect(await cache.get('a')).toBe(1);
    clock.advance(60_000);
    expect(await cache.add('a', 3)).toBe(true);
    expect(await cache.get('a')).toBe(3);
  });

  it('delete tells whether a fresh value was there', async () => {
    const { cache, clock } = testCache({ backend: makeBackend(), ttl: '1m', staleIfError: '1h' });
    await cache.set('a', null);
    expect(await cache.delete('a')).toBe(true);
    expect(await cache.delete('a')).toBe(false);
    await cache.set('a', 1);
    clock.advance(60_000);
    expect(await cache.delete('a')).toBe(false);
  });

  it('delete removes the stale value too', async () => {
    const { cache, clock } = testCache({ backend: makeBackend(), ttl: '1m', staleWhileRevalidate: '1h' });
    await cache.set('a', 'old');
    clock.advance(60_000);
    await cache.delete('a');
    expect(await cache.getOrSet('a', () => 'new')).toBe('new');
  });

  it('deleteMany counts what was there', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.setMany([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    expect(await cache.deleteMany(['a', 'c', 'x'])).toBe(2);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 2, undefined]);
  });

  it('has looks without answering', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    const heard: string[] = [];
    cache.on('hit', () => heard.push('hit'));
    cache.on('miss', () => heard.push('miss'));
    await cache.set('a', 1);
    expect(await cache.has('a')).toBe(true);
    expect(await cache.has('b')).toBe(false);
    expect(heard).toEqual([]);
  });

  it('getOrSet loads once, then answers what it stored', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    expect(await cache.getOrSet('a', () => 1)).toBe(1);
    expect(await cache.getOrSet('a', () => 2)).toBe(1);
    expect(await cache.get('a')).toBe(1);
  });

  it('clear empties the cache', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.set('a', 1);
    await cache.namespace('n').set('a', 2);
    await cache.clear();
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.namespace('n').get('a')).toBeUndefined();
    await cache.set('a', 3);
    expect(await cache.get('a')).toBe(3);
  });

  it('close ends it: nothing is found and nothing is kept, and nothing fails', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.set('a', 1);
    await cache.close();
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('a', 2);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getOrSet('a', () => 3)).toBe(3);
    await cache.close();
  });
});

describe('in memory', () => {
  it('two add calls at once store one value', async () => {
    const { cache } = testCache();
    expect(await Promise.all([cache.add('a', 1), cache.add('a', 2)])).toEqual([true, false]);
    expect(await cache.get('a')).toBe(1);
  });

  it('two touch or delete calls at once leave no half of each', async () => {
    const { cache } = testCache();
    await cache.set('a', 1);
    await Promise.all([cache.touch('a', '1h'), cache.delete('a')]);
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('a', 1);
    expect(await Promise.all([cache.delete('a'), cache.touch('a', '1h')])).toEqual([true, false]);
    expect(await cache.get('a')).toBeUndefined();
  });
});
