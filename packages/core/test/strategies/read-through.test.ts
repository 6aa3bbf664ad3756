import { describe, expect, it } from 'vitest';
import { defineKeys, type LoaderContext } from '../../src/index.ts';
import { readThrough } from '../../src/strategies/index.ts';
import { deferred, failureOf, flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

/** A source that notes what it is asked for, and has what is even. */
function evens() {
  const asked: (number | readonly number[])[] = [];
  const valueOf = (id: number): string | undefined => (id % 2 === 0 ? `value ${id}` : undefined);
  return {
    asked,
    load: (id: number) => {
      asked.push(id);
      return valueOf(id);
    },
    loadMany: async (ids: readonly number[]) => {
      asked.push(ids);
      return ids.map(valueOf);
    },
  };
}

describe('readThrough', () => {
  it('loads the reads of one turn, of all callers, in one call, and a single one by `load`', async () => {
    const { cache } = testCache();
    const source = evens();
    const values = readThrough(cache, source, { name: 'even' });
    const all = await Promise.all([values.get(2), values.get(3), values.getMany([4, 2]), values.get(2)]);
    expect(all).toEqual(['value 2', undefined, ['value 4', 'value 2'], 'value 2']);
    expect(source.asked).toEqual([[2, 3, 4]]);
    expect(await values.get(6)).toBe('value 6');
    expect(source.asked).toEqual([[2, 3, 4], 6]);
    expect(await values.getMany([2, 3, 4, 6])).toEqual(['value 2', undefined, 'value 4', 'value 6']);
    expect(source.asked).toHaveLength(2);
  });

  it('asks for no more than maxBatch at once', async () => {
    const { cache } = testCache();
    const { asked, loadMany } = evens();
    const values = readThrough(cache, { loadMany }, { name: 'even', maxBatch: 2 });
    await values.getMany([0, 2, 4, 6, 8]);
    expect(asked).toEqual([[0, 2], [4, 6], [8]]);
    const alone = readThrough(cache, { loadMany }, { name: 'alone', maxBatch: 1 });
    await Promise.all([alone.get(0), alone.get(2), alone.getMany([4, 6])]);
    expect(asked.slice(3)).toEqual([[0], [2], [4], [6]]);
  });

  it('asks one by one where the source can only do that', async () => {
    const { cache } = testCache();
    const { asked, load } = evens();
    const values = readThrough(cache, { load }, { name: 'even' });
    expect(await values.getMany([2, 3])).toEqual(['value 2', undefined]);
    expect(asked).toEqual([2, 3]);
  });

  it('remembers for negativeTtl that there is no value, and no longer than the ttl', async () => {
    for (const [options, expected] of [
      [{ ttl: '1h' }, 30_000],
      [{ ttl: '10s' }, 10_000],
      [{ ttl: '1h', negativeTtl: '1m' }, 60_000],
      [{ ttl: 'forever', negativeTtl: 'forever' }, Infinity],
    ] as const) {
      const { cache, clock } = testCache();
      const source = evens();
      const values = readThrough(cache, source, { name: 'even', ...options });
      expect(await values.get(3)).toBeUndefined();
      expect(await cache.entry(values.keyOf(3))).toMatchObject({ ttl: expected });
      clock.advance(Math.min(expected, 1e12) - 1);
      await values.get(3);
      expect(source.asked).toEqual([3]);
    }
    const { cache } = testCache();
    const source = evens();
    const values = readThrough(cache, source, { name: 'even', negativeTtl: 0 });
    expect([await values.get(3), await values.get(3)]).toEqual([undefined, undefined]);
    expect(source.asked).toEqual([3, 3]);
  });

  it('takes `null` from the source for "there is none"', async () => {
    const { cache } = testCache();
    const values = readThrough(cache, { load: (id: number) => (id === 1 ? 'one' : null) }, { name: 'n' });
    expect(await values.getMany([1, 2])).toEqual(['one', undefined]);
    expect(await values.get(2)).toBeUndefined();
  });

  it('tells the source what is being replaced, but never a value that there was not', async () => {
    const { cache, clock } = testCache();
    const seen: unknown[] = [];
    let value: string | undefined;
    const load = (_: string, context: LoaderContext<string>) => {
      seen.push(context.stale?.value);
      expect(context.signal.aborted).toBe(false);
      context.tag('seen');
      return value;
    };
    const values = readThrough(cache, { load }, { name: 'n', ttl: 10, staleWhileRevalidate: '1h', negativeTtl: 10 });
    await values.get('k');
    value = 'first';
    clock.advance(11);
    await values.get('k');
    await flush();
    clock.advance(11);
    await values.get('k');
    await flush();
    expect(seen).toEqual([undefined, undefined, 'first']);
    expect((await cache.entry(values.keyOf('k')))?.tags).toContain('seen');
  });

  it('takes key, lifetime and tags of defineKeys, and adds its own', async () => {
    const { cache } = testCache();
    const keys = defineKeys({ city: { key: (id: number) => id, ttl: '1h', tags: (id) => [`city:${id}`] } });
    const tags = (id: number, value: string | undefined) => [`of ${id}`, `is ${value}`];
    const values = readThrough(cache, evens(), { key: keys.city, tags });
    await values.get(2);
    expect(await cache.get(['city', 2])).toBe('value 2');
    const entry = await cache.entry(keys.city(2));
    expect(entry?.ttl).toBe(3_600_000);
    expect(entry?.tags).toEqual(expect.arrayContaining(['city:2', 'of 2', 'is value 2']));
    await cache.invalidateTags(['is value 2']);
    expect(await cache.get(['city', 2])).toBeUndefined();
  });

  it('lets what one batch has read rise to each of its values', async () => {
    const { cache } = testCache();
    await cache.set('rates', 2, { tags: ['rates'] });
    const loadMany = async (ids: readonly number[]) => {
      const rate = (await cache.get<number>('rates')) ?? 0;
      return ids.map((id) => id * rate);
    };
    const values = readThrough(cache, { loadMany }, { name: 'priced' });
    expect(await values.getMany([1, 2])).toEqual([2, 4]);
    await cache.set('rates', 3, { tags: ['rates'] });
    await cache.invalidateTags(['rates']);
    await cache.set('rates', 3);
    expect(await values.getMany([1, 2])).toEqual([3, 6]);
  });

  it('fails for all of a batch that fails or answers too few, and tries again', async () => {
    const { cache } = testCache();
    let answer: unknown = [1];
    const loadMany = async () => {
      if (answer instanceof Error) throw answer;
      return answer as number[];
    };
    const values = readThrough(cache, { loadMany }, { name: 'n' });
    await expect(values.getMany([1, 2])).rejects.toMatchObject({
      code: 'ERR_CACHE_VALUE',
      message: expect.stringContaining('1 values for 2 keys') as string,
    });
    answer = undefined;
    await expect(values.getMany([1, 2])).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    answer = new Error('down');
    expect(await Promise.all([failureOf(values.get(1)), failureOf(values.get(2))])).toEqual([answer, answer]);
    answer = [1, 2];
    expect(await values.getMany([1, 2])).toEqual([1, 2]);
  });

  it('ends a batch by its signal when the time is over', async () => {
    const { cache, clock } = testCache();
    const gate = deferred<AbortSignal>();
    const loadMany = (ids: readonly number[], { signal }: { signal: AbortSignal }) => {
      gate.resolve(signal);
      return new Promise<number[]>(() => ids);
    };
    const values = readThrough(cache, { loadMany }, { name: 'n', loadTimeout: 50 });
    const failure = failureOf(values.getMany([1, 2]));
    const signal = await gate.promise;
    expect(signal.aborted).toBe(false);
    clock.advance(50);
    expect(await failure).toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT' });
    expect(signal.aborted).toBe(true);
  });

  it('invalidates by key, with what was made of the value, and refreshes', async () => {
    const { cache } = testCache();
    let version = 1;
    const values = readThrough(cache, { load: (id: number) => `${id} v${version}` }, { name: 'n' });
    const page = () => cache.getOrSet('page', async () => `page of ${await values.get(5)}`);
    expect(await page()).toBe('page of 5 v1');
    version = 2;
    expect(await values.get(5)).toBe('5 v1');
    await values.invalidate(5);
    expect([await values.get(5), await page()]).toEqual(['5 v2', 'page of 5 v2']);
    version = 3;
    expect(await values.refresh(5)).toBe('5 v3');
    expect([await cache.get(values.keyOf(5)), await page()]).toEqual(['5 v3', 'page of 5 v3']);
  });

  it('makes what refreshes a value while it is made depend on it', async () => {
    const { cache } = testCache();
    let version = 1;
    const values = readThrough(cache, { load: () => `v${version}` }, { name: 'n', tags: ['n'] });
    const page = () => cache.getOrSet('page', async () => `page of ${await values.refresh(5)}`);
    expect(await page()).toBe('page of v1');
    version = 2;
    await cache.invalidateTags(['n']);
    expect(await page()).toBe('page of v2');
  });

  it('leaves what is there when a refresh fails or takes too long', async () => {
    const { cache, clock } = testCache();
    let load = async (): Promise<string> => 'old';
    const values = readThrough(cache, { load: () => load() }, { name: 'n', loadTimeout: 50 });
    await values.get('k');
    load = async () => {
      throw new Error('down');
    };
    await expect(values.refresh('k')).rejects.toThrow('down');
    load = () => new Promise(() => {});
    const late = failureOf(values.refresh('k'));
    await flush();
    clock.advance(50);
    expect(await late).toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT' });
    expect(await values.get('k')).toBe('old');
  });

  it('does not keep what a refresh loaded before a newer write', async () => {
    const { cache } = testCache();
    const gate = deferred<string>();
    const values = readThrough(cache, { load: () => gate.promise }, { name: 'k' });
    const refreshing = values.refresh('a');
    await flush();
    await cache.set(values.keyOf('a'), 'newer');
    gate.resolve('older');
    expect(await refreshing).toBe('older');
    expect(await cache.get(values.keyOf('a'))).toBeUndefined();
  });

  it('refreshes a key once after the refresh under way, however many ask meanwhile', async () => {
    const { cache } = testCache();
    const gates = [deferred<string>(), deferred<string>(), deferred<string>()];
    let loads = 0;
    const values = readThrough(cache, { load: () => gates[loads++]?.promise }, { name: 'k' });
    const first = values.refresh('a');
    const later = [values.refresh('a'), values.refresh('a'), values.refresh('a')];
    await flush();
    expect(loads).toBe(1);
    gates[0]?.resolve('first');
    expect(await first).toBe('first');
    await flush();
    expect(loads).toBe(2);
    gates[1]?.resolve('second');
    expect(await Promise.all(later)).toEqual(['second', 'second', 'second']);
    expect(await cache.get(values.keyOf('a'))).toBe('second');
    const failing = [values.refresh('a'), values.refresh('a')];
    gates[2]?.reject(new Error('away'));
    await expect(failing[0]).rejects.toThrow('away');
    expect(await failing[1]).toBeUndefined();
    expect(loads).toBe(4);
  });

  it('refuses options that mean nothing', () => {
    const { cache } = testCache();
    const source = evens();
    const make = (given: unknown, from: unknown = source, at: unknown = cache) =>
      readThrough(at as typeof cache, from as typeof source, given as { name: string });
    const refused = (option: string) => expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }) as Error;
    expect(() => make({})).toThrow(refused('name'));
    expect(() => make({ name: '' })).toThrow(refused('name'));
    expect(() => make({ key: 'city' })).toThrow(refused('key'));
    expect(() => make({ name: 'n', maxBatch: 0 })).toThrow(refused('maxBatch'));
    expect(() => make({ name: 'n', negativeTtl: -1 })).toThrow(refused('negativeTtl'));
    expect(() => make({ name: 'n', ttl: 'soon' })).toThrow(refused('ttl'));
    expect(() => make({ name: 'n', tags: 'city' })).toThrow(refused('tags'));
    expect(() => make({ name: 'n', loadTimeout: 'x' })).toThrow(refused('loadTimeout'));
    expect(() => make({ name: 'n', invalidates: [] })).toThrow(refused('invalidates'));
    expect(() => make({ name: 'n' }, {})).toThrow(refused('source'));
    expect(() => make({ name: 'n' }, { load: 1 })).toThrow(refused('load'));
    expect(() => make({ name: 'n' }, null)).toThrow(refused('source'));
    expect(() => make({ name: 'n' }, source, {})).toThrow(refused('cache'));
  });

  it('refuses keys that are no data, when they are used', async () => {
    const { cache } = testCache();
    const values = readThrough(cache, { load: () => 1 }, { name: 'n' });
    await expect(values.get(() => {})).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    expect(await values.get({ country: 'PT', page: [1, null] })).toBe(1);
  });
});
