import { describe, expect, it } from 'vitest';
import { addTags, memory } from '../../src/index.ts';
import { asyncBackend, recordingBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

describe.each([
  ['memory', memory],
  ['an asynchronous backend', asyncBackend],
])('invalidating tags (%s)', (_, makeBackend) => {
  it('drops what carries any of them, and nothing else', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.set('a', 1, { tags: ['x', 'y'] });
    await cache.set('b', 2, { tags: ['y'] });
    await cache.set('c', 3, { tags: ['z'] });
    await cache.set('d', 4);
    await cache.invalidateTags(['x', 'unknown']);
    expect(await cache.getMany(['a', 'b', 'c', 'd'])).toEqual([undefined, 2, 3, 4]);
    await cache.invalidateTags(['y', 'z']);
    expect(await cache.getMany(['a', 'b', 'c', 'd'])).toEqual([undefined, undefined, undefined, 4]);
  });

  it('reaches every namespace of the cache, from any of them', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    const inner = cache.namespace('a').namespace('b');
    await cache.set('k', 1, { tags: ['t'] });
    await inner.set('k', 2, { tags: ['t'] });
    await cache.namespace('c').invalidateTags(['t']);
    expect([await cache.get('k'), await inner.get('k')]).toEqual([undefined, undefined]);
  });

  it('leaves what is stored afterwards', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.invalidateTags(['t']);
    await cache.set('a', 1, { tags: ['t'] });
    expect(await cache.getOrSet('b', () => 2, { tags: ['t'] })).toBe(2);
    expect(await cache.getMany(['a', 'b'])).toEqual([1, 2]);
  });

  it('makes has, touch and delete find nothing, and lets add store', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.setMany(
      ['has', 'touch', 'delete', 'add'].map((key) => [key, 1]),
      { tags: ['t'] },
    );
    await cache.invalidateTags(['t']);
    expect(await cache.has('has')).toBe(false);
    expect(await cache.touch('touch', '1h')).toBe(false);
    expect(await cache.delete('delete')).toBe(false);
    expect(await cache.add('add', 2)).toBe(true);
  });

  it('of an empty list drops nothing', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    await cache.set('a', 1, { tags: ['t'] });
    await cache.invalidateTags([]);
    expect(await cache.get('a')).toBe(1);
  });

  it('may happen many times, also for tags that nobody carries', async () => {
    const { cache } = testCache({ backend: makeBackend() });
    for (let round = 0; round < 50; round += 1) {
      await cache.set('a', round, { tags: ['t'] });
      await cache.invalidateTags([`other:${round}`]);
      expect(await cache.get('a')).toBe(round);
      await cache.invalidateTags(['t']);
      expect(await cache.get('a')).toBeUndefined();
    }
  });
});

describe('the tags of a value', () => {
  it('are those of the options, of context.tag and of addTags', async () => {
    const { cache } = testCache();
    for (const tag of ['option', 'context', 'added']) {
      await cache.getOrSet(
        'a',
        async (context) => {
          context.tag('context', 'unused');
          await Promise.resolve();
          addTags('added');
          return 1;
        },
        { tags: ['option'] },
      );
      expect(await cache.get('a')).toBe(1);
      await cache.invalidateTags([tag]);
      expect(await cache.get('a')).toBeUndefined();
    }
  });

  it('are those it had when it was stored last', async () => {
    const { cache } = testCache();
    await cache.set('a', 1, { tags: ['before'] });
    await cache.set('a', 2, { tags: ['after'] });
    await cache.invalidateTags(['before']);
    expect(await cache.get('a')).toBe(2);
  });

  it('do not change with the array of the caller', async () => {
    const { cache } = testCache();
    const tags = ['t'];
    await cache.set('a', 1, { tags });
    tags[0] = 'changed';
    await cache.invalidateTags(['t']);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('do not change with the array of the caller while a loader runs', async () => {
    const { cache } = testCache();
    const tags = ['t'];
    await cache.getOrSet(
      'a',
      () => {
        tags[0] = 'changed';
        return 1;
      },
      { tags },
    );
    await cache.invalidateTags(['t']);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('are texts of any kind', async () => {
    const { cache } = testCache();
    for (const tag of ['["cache"]', '@["a"]', '1', ' ', 'constructor', '__proto__', '\ud800']) {
      await cache.set('a', 1, { tags: [tag] });
      await cache.invalidateTags([tag]);
      expect(await cache.get('a')).toBeUndefined();
    }
  });

  it('that are invalidated in one cache mean nothing in another', async () => {
    const { cache: one } = testCache({ name: 'one' });
    const { cache: two } = testCache({ name: 'two' });
    await two.set('a', 1, { tags: ['t'] });
    await one.invalidateTags(['t']);
    expect(await two.get('a')).toBe(1);
  });
});

describe('the cost of tags', () => {
  it('is no call to the backend when they are invalidated, however many values carry them', async () => {
    const { backend, calls } = recordingBackend();
    const { cache } = testCache({ backend });
    await cache.setMany(
      Array.from({ length: 1_000 }, (_, index) => [[index], index] as const),
      { tags: ['t', 'u'] },
    );
    calls.length = 0;
    await cache.invalidateTags(['t', 'u']);
    expect(calls).toEqual([]);
  });

  it('is no further call to the backend when a value is read', async () => {
    const { backend, calls } = recordingBackend();
    const { cache } = testCache({ backend });
    await cache.set('a', 1, { tags: ['t', 'u', 'v'] });
    await cache.invalidateTags(['other']);
    calls.length = 0;
    await cache.get('a');
    await cache.getOrSet('a', () => 2);
    expect(calls.map(({ operation }) => operation)).toEqual(['get', 'get']);
  });

  it('is no entry of their own: the backend holds the values only', async () => {
    const { backend, calls } = recordingBackend();
    const { cache } = testCache({ backend });
    await cache.set('a', 1, { tags: ['t'] });
    for (let round = 0; round < 100; round += 1) await cache.invalidateTags(['t', `t:${round}`]);
    expect(calls.map(({ operation, key }) => [operation, key])).toEqual([['set', 'a']]);
  });

  it('is a place that is given back when an invalid value is read', async () => {
    const { backend, calls } = recordingBackend();
    const { cache } = testCache({ backend });
    await cache.set('a', 1, { tags: ['t'] });
    await cache.invalidateTags(['t']);
    await cache.get('a');
    expect(calls.at(-1)).toMatchObject({ operation: 'delete', key: 'a' });
  });
});
