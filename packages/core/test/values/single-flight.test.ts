import { describe, expect, it } from 'vitest';
import { memory } from '../../src/index.ts';
import { asyncBackend } from '../support/backends.ts';
import { controlledLoads } from '../support/controlled-loads.ts';
import { failureOf, flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

describe('simultaneous calls', () => {
  it.each([
    ['memory', memory],
    ['an asynchronous backend', asyncBackend],
  ])('1,000 for one cold key share one load (%s)', async (_, makeBackend) => {
    const { cache } = testCache({ backend: makeBackend() });
    const loads = controlledLoads<number>();
    const calls = Array.from({ length: 1_000 }, () => cache.getOrSet('a', loads.loader));
    await flush();
    expect(loads.count).toBe(1);
    loads.load().finish(7);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([7]));
    expect(loads.count).toBe(1);
  });

  it('in different keys, namespaces and caches load on their own', async () => {
    const { cache } = testCache({ name: 'one' });
    const { cache: other } = testCache({ name: 'two' });
    const loads = controlledLoads<number>();
    const spaces = [cache, cache.namespace('a'), cache.namespace('a').namespace('b'), other];
    const calls = spaces.flatMap((space) => [space.getOrSet('k', loads.loader), space.getOrSet(['k'], loads.loader)]);
    await flush();
    expect(loads.count).toBe(8);
    for (let index = 0; index < 8; index += 1) loads.load(index).finish(index);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('of two objects for one namespace share a load', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const calls = [1, 2].map(() => cache.namespace('a').getOrSet('k', loads.loader));
    await flush();
    expect(loads.count).toBe(1);
    loads.load().finish(1);
    expect(await Promise.all(calls)).toEqual([1, 1]);
  });

  it('all get the error of the load, which is not kept', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const calls = Array.from({ length: 3 }, () => cache.getOrSet('a', loads.loader));
    const outcomes = Promise.allSettled(calls);
    await flush();
    const error = new Error('down');
    loads.load().fail(error);
    expect(await outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: error }));
    expect(loads.count).toBe(1);
    expect(await cache.getOrSet('a', () => 2)).toBe(2);
  });

  it('get the value although it is not to be stored', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const calls = [1, 2].map(() => cache.getOrSet('a', loads.loader, { ttl: 0 }));
    await flush();
    loads.load().finish(1);
    expect(await Promise.all(calls)).toEqual([1, 1]);
    expect(await cache.has('a')).toBe(false);
  });
});

describe('a loader', () => {
  it('that throws before it returns a promise is a failed load', async () => {
    const { cache } = testCache();
    const load = (): number => {
      throw new TypeError('at once');
    };
    await expect(cache.getOrSet('a', load)).rejects.toThrow(new TypeError('at once'));
  });

  it('that returns undefined is a failed load', async () => {
    const { cache } = testCache();
    const load = (): Promise<number> => Promise.resolve(undefined as unknown as number);
    await expect(cache.getOrSet('a', load)).rejects.toMatchObject({ name: 'CacheError', code: 'ERR_CACHE_VALUE' });
    expect(await cache.has('a')).toBe(false);
  });

  it('is not called for a hit', async () => {
    const { cache } = testCache();
    await cache.set('a', 1);
    const loads = controlledLoads<number>();
    expect(await cache.getOrSet('a', loads.loader)).toBe(1);
    expect(loads.count).toBe(0);
  });

  it('that asks for its own key ends at the deadline instead of hanging for ever', async () => {
    const { cache, clock } = testCache({ loadTimeout: '1s' });
    const load = (): Promise<number> => cache.getOrSet('a', load);
    const failure = failureOf(cache.getOrSet('a', load));
    await flush();
    clock.advance(1_000);
    expect(await failure).toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT' });
  });

  it('gets no stale value on a cold key', async () => {
    const { cache } = testCache();
    const stale = await cache.getOrSet('a', (context) => ({ stale: context.stale ?? null }));
    expect(stale).toEqual({ stale: null });
  });
});

describe('loads that ended', () => {
  it('leave no place taken: after 10,000 of them, well or not, the next one is stored', async () => {
    const { cache } = testCache();
    const load = (index: number): number => {
      if (index % 2 === 0) return index;
      throw new Error('down');
    };
    await Promise.allSettled(Array.from({ length: 10_000 }, (_, index) => cache.getOrSet([index], () => load(index))));
    await cache.getOrSet('next', () => 1);
    expect(await cache.has('next')).toBe(true);
  });
});

describe('loads beyond the 10,000 that may be joined at once', () => {
  it('run and answer, are not stored (so that none slips past a delete), and end with close', async () => {
    const { cache } = testCache({ loadTimeout: 'forever' });
    const hang = (): Promise<number> => new Promise(() => {});
    const crowd = Promise.allSettled(Array.from({ length: 10_000 }, (_, index) => cache.getOrSet([index], hang)));
    const loads = controlledLoads<number>();
    const call = cache.getOrSet('beyond', loads.loader);
    const hung = Promise.allSettled([cache.getOrSet('hung', hang)]);
    await flush();
    await cache.delete('beyond');
    loads.load(0).finish(1);
    expect(await call).toBe(1);
    expect(await cache.get('beyond')).toBeUndefined();
    await cache.close();
    expect(await hung).toMatchObject([{ reason: { code: 'ERR_CACHE_CLOSED' } }]);
    await crowd;
  });
});
