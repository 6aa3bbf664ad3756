import { describe, expect, it } from 'vitest';
import { asyncBackend, recordingBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

describe('getOrSetMany', () => {
  it('loads what is missing in one call, in the order of the keys', async () => {
    const { cache } = testCache();
    await cache.set(['n', 2], 'stored');
    const calls: unknown[] = [];
    const load = (missing: readonly (readonly [string, number])[]) => {
      calls.push(missing);
      return missing.map(([, n]) => `loaded ${n}`);
    };
    expect(await cache.getOrSetMany([['n', 1] as const, ['n', 2] as const, ['n', 3] as const], load)).toEqual([
      'loaded 1',
      'stored',
      'loaded 3',
    ]);
    expect(calls).toEqual([
      [
        ['n', 1],
        ['n', 3],
      ],
    ]);
    expect(await cache.get(['n', 3])).toBe('loaded 3');
  });

  it('does not call the loader when nothing is missing, or nothing is asked', async () => {
    const { cache } = testCache();
    await cache.setMany([
      ['a', 1],
      ['b', 2],
    ]);
    const load = () => Promise.reject(new Error('not needed'));
    expect(await cache.getOrSetMany(['a', 'b'], load)).toEqual([1, 2]);
    expect(await cache.getOrSetMany([], load)).toEqual([]);
  });

  it('asks the backend once to look', async () => {
    const { backend, calls } = recordingBackend(asyncBackend());
    const { cache } = testCache({ backend });
    await cache.getOrSetMany(['a', 'b', 'c'], (missing) => missing.map(() => 1));
    expect(calls.filter(({ operation }) => operation === 'get')).toEqual([]);
  });

  it('loads a key given twice once', async () => {
    const { cache } = testCache();
    const asked: string[] = [];
    const values = await cache.getOrSetMany(['a', 'a'], (missing) => {
      asked.push(...missing);
      return missing.map(() => 1);
    });
    expect(values).toEqual([1, 1]);
    expect(asked).toEqual(['a']);
  });

  it('waits for a load of one of its keys that is under way', async () => {
    const { cache } = testCache();
    let finish: (value: string) => void = () => {};
    const first = cache.getOrSet('a', () => new Promise<string>((resolve) => (finish = resolve)));
    const many = cache.getOrSetMany(['a', 'b'], (missing) => missing.map((key) => `many ${key}`));
    await expect.poll(() => cache.has('b')).toBe(true);
    finish('single');
    expect(await first).toBe('single');
    expect(await many).toEqual(['single', 'many b']);
  });

  it('fails when a value is missing from what was loaded', async () => {
    const { cache } = testCache();
    await expect(cache.getOrSetMany(['a', 'b'], () => [1])).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
  });

  it('tags all of them', async () => {
    const { cache } = testCache();
    await cache.getOrSetMany(['a', 'b'], (missing) => missing.map(() => 1), { tags: ['t'] });
    await cache.invalidateTags(['t']);
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
  });

  it('makes each value depend on what the loader has read', async () => {
    const { cache, clock } = testCache();
    await cache.set('inner', 1, { tags: ['t'], ttl: 1_000 });
    const read = () =>
      cache.getOrSetMany(['a', 'b'], async (missing) => {
        const inner = await cache.getOrSet('inner', () => 2, { tags: ['t'] });
        return missing.map(() => inner);
      });
    await read();
    clock.advance(1_000);
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await read()).toEqual([2, 2]);
    await cache.invalidateTags(['t']);
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
  });

  it('does not load what nobody waits for any more', async () => {
    const { cache } = testCache();
    const asked: string[][] = [];
    const load = (missing: readonly string[]) => {
      asked.push([...missing]);
      return missing.map(() => 1);
    };
    const leaving = new AbortController();
    const left = cache.getOrSetMany(['a', 'b'], load, { signal: leaving.signal });
    await Promise.resolve();
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([]);
    expect(await cache.getOrSetMany(['b', 'c'], load)).toEqual([1, 1]);
    expect(asked).toEqual([['b', 'c']]);
  });
});
