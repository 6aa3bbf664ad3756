import { describe, expect, it } from 'vitest';
import { addTags, type Cache, defineKeys, type Key } from '../../../src/index.ts';
import { allRows, inProcess, oneRow, refreshBehind, type RefreshRequest } from '../../../src/strategies/index.ts';
import { deferred, failureOf, flush } from '../../support/deferred.ts';
import { testCache } from '../../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const MINUTE = 60_000;

describe('a function', () => {
  it('is called once per item and lifetime, behind the readers', async () => {
    const { cache, clock } = testCache();
    const calls: unknown[][] = [];
    const nearby = (latitude: number, longitude?: number): number => calls.push([latitude, longitude]);
    const read = refreshBehind(cache, nearby, { ttl: '1m' });
    expect([await read(1, 2), await read(1, 2), await read(1), await read(1, undefined)]).toEqual([1, 1, 2, 2]);
    clock.advance(MINUTE);
    expect([await read(1, 2), await read(1, 2)]).toEqual([1, 1]);
    await read.idle();
    expect(await read(1, 2)).toBe(3);
    expect(calls).toEqual([
      [1, 2],
      [1, undefined],
      [1, 2],
    ]);
    expect(read.key(1, 2)).toEqual(['nearby', 1, 2]);
  });

  it('has the lifetime and the tags of a defined key, unless options say otherwise', async () => {
    const { cache, clock } = testCache();
    const keys = defineKeys({
      city: { key: (id: number) => id, ttl: '1m', staleWhileRevalidate: '1m', tags: ['cities'] },
    });
    let calls = 0;
    const read = refreshBehind(cache, (_id: number) => (calls += 1), { key: keys.city, tags: (id) => [`city:${id}`] });
    expect([await read(5), read.key(5)]).toEqual([1, ['city', 5]]);
    expect((await cache.entry(['city', 5]))?.tags).toEqual(expect.arrayContaining(['cities', 'city:5']));
    clock.advance(2 * MINUTE - 1);
    expect(await read.job.peek(5)).toMatchObject({ stale: true });
    clock.advance(1);
    expect(await read.job.peek(5)).toBeUndefined();
    const longer = refreshBehind(cache, (_id: number) => (calls += 1), { key: keys.city, name: 'longer', ttl: '1h' });
    await longer(5);
    clock.advance(59 * MINUTE);
    expect(await longer.job.peek(5)).toMatchObject({ stale: false });
  });

  it('can be invalidated, refreshed and deleted', async () => {
    const { cache } = testCache();
    let calls = 0;
    const read = refreshBehind(cache, () => (calls += 1), { name: 'count' });
    expect([await read.invalidate(), await read.delete()]).toEqual([false, false]);
    expect([await read(), await read.refresh(), await read()]).toEqual([1, 2, 2]);
    expect([await read.invalidate(), await read()]).toEqual([true, 2]);
    await read.idle();
    expect(await read()).toBe(3);
    expect([await read.delete(), await read()]).toEqual([true, 4]);
  });

  it('is given no chance to answer for another of the same name', async () => {
    const { cache } = testCache();
    const [one, two] = [1, 2].map((value) =>
      refreshBehind(cache, function same() {
        return value;
      }),
    );
    expect(await one?.()).toBe(1);
    await expect(two?.()).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'name' });
  });

  it.each<[string, (cache: Cache) => unknown]>([
    ['cache', () => refreshBehind({} as Cache, () => 1)],
    ['name', (cache) => refreshBehind(cache, () => 1)],
    ['ttl', (cache) => refreshBehind(cache, () => 1, { name: 'x', ttl: 'soon' as '1m' })],
    ['key', (cache) => refreshBehind(cache, () => 1, { name: 'x', key: 'city' as unknown as () => Key })],
    ['tag', (cache) => refreshBehind(cache, () => 1, { name: 'x', tag: 'a' } as object)],
    ['source', (cache) => refreshBehind(cache, {} as { load: () => 1 }, { name: 'x' })],
    ['name', (cache) => refreshBehind(cache, { load: () => 1 }, {})],
    ['empty', (cache) => refreshBehind(cache, { load: () => 1 }, { name: 'x', empty: 1 as unknown as () => 1 })],
    ['concurrency', () => inProcess({ concurrency: 0 })],
    ['waiting', () => inProcess({ waiting: 1.5 })],
    ['queue', () => inProcess({ queue: 1 } as object)],
  ])('is refused with a wrong %s', (option, make) => {
    expect(() => make(testCache().cache)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }) as Error,
    );
  });
});

describe('a repository', () => {
  it('answers stale values, and loads what is missing in one call', async () => {
    const { cache, clock } = testCache();
    const asked: (readonly number[])[] = [];
    let round = 1;
    const loadMany = (ids: readonly number[]) => {
      asked.push(ids);
      return ids.map((id) => (id === 404 ? undefined : `city ${id} of round ${round}`));
    };
    const cities = refreshBehind(cache, { loadMany }, { name: 'city', ttl: '1m', negativeTtl: '10s' });
    const first = ['city 5 of round 1', undefined, 'city 6 of round 1'];
    expect(await cities.getMany([5, 404, 6])).toEqual(first);
    clock.advance(MINUTE);
    round = 2;
    expect(await cities.getMany([5, 404, 6])).toEqual(first);
    await cities.idle();
    expect(await cities.getMany([5, 404, 6])).toEqual(['city 5 of round 2', undefined, 'city 6 of round 2']);
    expect(asked).toEqual([
      [5, 404, 6],
      [5, 404, 6],
    ]);
    clock.advance(10_000);
    await cities.get(404);
    await cities.idle();
    expect(asked.slice(2)).toEqual([[404]]);
  });

  it('is stale after `expire`, gone after `invalidate`, and so is what was made of it', async () => {
    const { cache } = testCache();
    let version = 1;
    const cities = refreshBehind(cache, { load: (id: number) => `${id} v${version}` }, { name: 'city' });
    const page = () => cache.getOrSet('page', async () => `page of ${await cities.get(5)}`, { ttl: '1h' });
    expect([await cities.expire(5), await page()]).toEqual([false, 'page of 5 v1']);
    version = 2;
    expect([await cities.expire(5), await cities.get(5)]).toEqual([true, '5 v1']);
    await cities.idle();
    expect([await cities.get(5), await page()]).toEqual(['5 v2', 'page of 5 v2']);
    version = 3;
    await cities.invalidate(5);
    expect(await page()).toBe('page of 5 v3');
    version = 4;
    expect([await cities.refresh(5), await page()]).toEqual(['5 v4', 'page of 5 v4']);
  });

  it('puts what it writes in the place of what is being loaded', async () => {
    const { cache, clock } = testCache();
    const held = deferred<string>();
    const loads = [() => 'old', () => held.promise];
    const source = { load: (_id: number) => loads.shift()?.() ?? 'newest', save: () => {} };
    const cities = refreshBehind(cache, source, { name: 'city', ttl: '1m' });
    await cities.get(5);
    clock.advance(MINUTE);
    await cities.get(5);
    await flush();
    await cities.set(5, 'written');
    held.resolve('older than what was written');
    await cities.idle();
    expect(await cities.get(5)).toBe('written');
    await expect(cities.delete(5)).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
  });

  it('writes only where the source can', () => {
    const { cache } = testCache();
    const readable = refreshBehind(cache, { load: (id: number) => `${id}` }, { name: 'readable' });
    expect('set' in readable).toBe(false);
    const typedSo: 'set' extends keyof typeof readable ? never : true = true;
    expect(typedSo).toBe(true);
    const writable = refreshBehind(cache, { load: (id: number) => `${id}`, save: () => {} }, { name: 'writable' });
    expect('set' in writable).toBe(true);
    const typed: Promise<string | undefined> = writable.get(5);
    // @ts-expect-error keys are numbers
    return Promise.all([typed, writable.get('5')]);
  });

  it('gives what `empty` says where nobody waits, and tags of the value rise', async () => {
    const { cache } = testCache();
    const load = (id: number) => {
      addTags('loaded');
      return { id, country: 'PT' };
    };
    const options = {
      name: 'city',
      fetchOnMiss: false,
      tags: (_: number, city?: { country: string }) => [`in:${city?.country}`],
    };
    const none = refreshBehind(cache, { load }, { ...options, empty: () => undefined });
    expect(await none.get(5)).toBeUndefined();
    await none.idle();
    expect(await none.get(5)).toEqual({ id: 5, country: 'PT' });
    expect((await cache.entry(none.keyOf(5)))?.tags).toEqual(expect.arrayContaining(['loaded', 'in:PT']));
    const unsaid = refreshBehind(cache, { load }, { ...options, name: 'unsaid' });
    await expect(unsaid.get(5)).rejects.toMatchObject({ option: 'empty' });
    await unsaid.idle();
  });
});

describe('rows', () => {
  interface Row {
    readonly id: number;
  }
  class DriverRow implements Row {
    readonly id: number;
    constructor(id: number) {
      this.id = id;
    }
  }
  async function* cursor(...ids: number[]): AsyncGenerator<Row> {
    for (const id of ids) yield await Promise.resolve(new DriverRow(id));
  }

  it('come as a list from whatever a driver gives', async () => {
    const rows = [{ id: 1 }, { id: 2 }];
    for (const query of [() => rows, async () => ({ rows }), () => cursor(1, 2), () => new Set(rows)]) {
      expect(await allRows(query)()).toEqual(rows);
    }
    const odd = allRows(
      (_rest: number) => cursor(1, 2, 3),
      ({ id }, rest) => id % 2 === rest,
    );
    expect(await odd(1)).toEqual([{ id: 1 }, { id: 3 }]);
    expect(Object.getPrototypeOf((await odd(1))[0])).toBe(Object.prototype);
  });

  it('can be one, or none, but not several', async () => {
    expect(await oneRow(() => cursor(1))()).toEqual({ id: 1 });
    expect(await oneRow(() => cursor())()).toBeNull();
    expect(await failureOf(oneRow(() => cursor(1, 1))())).toMatchObject({ code: 'ERR_CACHE_VALUE' });
  });

  it('are kept under a filter, whatever the order of its properties', async () => {
    let queries = 0;
    const where = (filter: { country: string; limit: number }): Row[] => [{ id: (queries += 1) * filter.limit }];
    const read = refreshBehind(testCache().cache, allRows(where), { name: 'where' });
    const answers = [await read({ country: 'PT', limit: 2 }), await read({ limit: 2, country: 'PT' })];
    expect(answers).toEqual([[{ id: 2 }], [{ id: 2 }]]);
  });
});

describe('refreshes in this process', () => {
  const request = (refresh: () => Promise<void>): RefreshRequest => ({ job: 'x', id: 'x', args: [], refresh });

  it('run a few at a time, in order, and those that find no room are refused', async () => {
    const runner = inProcess({ concurrency: 2, waiting: 1 });
    const begun: number[] = [];
    const held = [0, 1, 2].map(() => deferred<void>());
    const runs = [0, 1, 2].map((index) => {
      return runner.run(
        request(() => {
          begun.push(index);
          return held[index]?.promise ?? Promise.resolve();
        }),
      );
    });
    await expect(runner.run(request(() => Promise.resolve()))).rejects.toMatchObject({ code: 'ERR_CACHE_LIMIT' });
    expect(begun).toEqual([0, 1]);
    held[1]?.resolve();
    await runs[1];
    await flush();
    expect(begun).toEqual([0, 1, 2]);
    for (const each of held) each.resolve();
    await Promise.all(runs);
    await runner.run(request(() => Promise.resolve()));
  });

  it('are not more than ten at once for a job', async () => {
    const { cache, clock } = testCache();
    const held = deferred<void>();
    let [running, most, isHeld] = [0, 0, false];
    const fetch = async (id: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      if (isHeld) await held.promise;
      running -= 1;
      return id;
    };
    const read = refreshBehind(cache, fetch, { ttl: '1m' });
    const ids = Array.from({ length: 50 }, (_, id) => id);
    for (const id of ids) await read(id);
    clock.advance(MINUTE);
    isHeld = true;
    expect(await Promise.all(ids.map((id) => read(id)))).toEqual(ids);
    await flush();
    held.resolve();
    await read.idle();
    expect(most).toBe(10);
  });
});
