import { describe, expect, it } from 'vitest';
import { type Clock, createCache } from '../../src/index.ts';
import { fakeClock } from '../../src/testing/index.ts';
import { controlledLoads } from '../support/controlled-loads.ts';
import { failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const TIMEOUT = { name: 'CacheError', code: 'ERR_CACHE_LOAD_TIMEOUT' };

describe('a load past its deadline', () => {
  it('fails for all who wait, and its signal is aborted', async () => {
    const { cache, clock } = testCache({ loadTimeout: '2s' });
    const loads = controlledLoads<number>();
    const outcomes = Promise.allSettled([1, 2].map(() => cache.getOrSet('a', loads.loader)));
    await flush();
    clock.advance(1_999);
    expect(loads.load().context.signal.aborted).toBe(false);
    clock.advance(1);
    expect(loads.load().context.signal.aborted).toBe(true);
    expect(await outcomes).toMatchObject([{ reason: TIMEOUT }, { reason: TIMEOUT }]);
  });

  it('names the option and the time in its error', async () => {
    const { cache, clock } = testCache();
    const failure = failureOf(cache.getOrSet('a', controlledLoads<number>().loader));
    await flush();
    clock.advance(30_000);
    expect(await failure).toMatchObject({ message: 'The loader did not end within 30000 ms (`loadTimeout`).' });
  });

  it('is not stored when it ends after all', async () => {
    const { cache, clock } = testCache({ loadTimeout: '1s' });
    const loads = controlledLoads<string>();
    const events = recordEvents(cache, 'load');
    const outcome = Promise.allSettled([cache.getOrSet('a', loads.loader)]);
    await flush();
    clock.advance(1_000);
    await outcome;
    loads.load().finish('late');
    await flush();
    expect(await cache.get('a')).toBeUndefined();
    expect(events).toMatchObject([{ event: { key: 'a', stored: false } }]);
  });

  it('does not overwrite what a newer load stored', async () => {
    const { cache, clock } = testCache({ loadTimeout: '1s' });
    const loads = controlledLoads<string>();
    const outcome = Promise.allSettled([cache.getOrSet('a', loads.loader)]);
    await flush();
    clock.advance(1_000);
    const next = cache.getOrSet('a', loads.loader);
    await outcome;
    await flush();
    loads.load(1).finish('new');
    expect(await next).toBe('new');
    loads.load(0).finish('late');
    await flush();
    expect(await cache.get('a')).toBe('new');
  });

  it('is answered with the stale value within staleIfError', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleIfError: '1h', loadTimeout: '1s' });
    await cache.set('a', 'old');
    clock.advance(60_000);
    const call = cache.getOrSet('a', controlledLoads<string>().loader);
    await flush();
    clock.advance(1_000);
    expect(await call).toBe('old');
  });

  it('fails if the stale value itself ended while the load ran', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleIfError: '1s', loadTimeout: '5s' });
    await cache.set('a', 'old');
    clock.advance(60_500);
    const failure = failureOf(cache.getOrSet('a', controlledLoads<string>().loader));
    await flush();
    clock.advance(5_000);
    expect(await failure).toMatchObject(TIMEOUT);
  });

  it('in the background frees the key for another refresh', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleWhileRevalidate: '1h', loadTimeout: '1s' });
    const loads = controlledLoads<string>();
    const events = recordEvents(cache, 'error');
    await cache.set('a', 'old');
    clock.advance(60_000);
    expect(await cache.getOrSet('a', loads.loader)).toBe('old');
    await flush();
    clock.advance(1_000);
    await flush();
    expect(events).toMatchObject([{ event: { operation: 'refresh', key: 'a', error: TIMEOUT } }]);
    expect(await cache.getOrSet('a', loads.loader)).toBe('old');
    await flush();
    expect(loads.count).toBe(2);
  });
});

describe('the deadline', () => {
  it('of the call goes before that of the cache', async () => {
    const { cache, clock } = testCache({ loadTimeout: '1h' });
    const failure = failureOf(cache.getOrSet('a', controlledLoads<number>().loader, { loadTimeout: 5 }));
    await flush();
    clock.advance(5);
    expect(await failure).toMatchObject(TIMEOUT);
  });

  it('of forever never comes', async () => {
    const { cache, clock } = testCache({ loadTimeout: 'forever' });
    const loads = controlledLoads<number>();
    const call = cache.getOrSet('a', loads.loader);
    await flush();
    clock.advance(365 * 86_400_000);
    loads.load().finish(1);
    expect(await call).toBe(1);
  });

  it('leaves no timer behind, whether a load ends well or not', async () => {
    const inner = fakeClock();
    let timers = 0;
    const clock: Clock = {
      now: () => inner.now(),
      after(milliseconds, callback) {
        timers += 1;
        const cancel = inner.after(milliseconds, callback);
        return () => {
          timers -= 1;
          cancel();
        };
      },
    };
    const cache = createCache({ clock });
    const loads = controlledLoads<number>();
    const outcomes = Promise.allSettled([cache.getOrSet('a', loads.loader), cache.getOrSet('b', loads.loader)]);
    await flush();
    expect(timers).toBe(2);
    loads.load(0).finish(1);
    loads.load(1).fail(new Error('down'));
    await outcomes;
    await flush();
    expect(timers).toBe(0);
  });
});

describe('close', () => {
  it('ends every wait and aborts every loader', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const outcomes = Promise.allSettled([
      cache.getOrSet('a', loads.loader),
      cache.namespace('n').getOrSet('b', loads.loader),
    ]);
    await flush();
    await cache.close();
    const closed = { status: 'rejected', reason: { name: 'CacheError', code: 'ERR_CACHE_CLOSED' } };
    expect(await outcomes).toMatchObject([closed, closed]);
    expect([0, 1].map((index) => loads.load(index).context.signal.aborted)).toEqual([true, true]);
    loads.load(0).finish(1);
    await flush();
    expect(await cache.get('a')).toBeUndefined();
  });

  it('ends the wait for a load that a delete had fenced off', async () => {
    const { cache } = testCache();
    const failure = failureOf(cache.getOrSet('a', controlledLoads<number>().loader));
    await flush();
    await cache.delete('a');
    await cache.close();
    expect(await failure).toMatchObject({
      code: 'ERR_CACHE_CLOSED',
    });
  });
});
