import { describe, expect, it } from 'vitest';
import { controlledLoads } from '../support/controlled-loads.ts';
import { failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

describe('a caller who aborts', () => {
  it('stops waiting with the reason of its signal, and leaves the others alone', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const leaving = new AbortController();
    const left = cache.getOrSet('a', loads.loader, { signal: leaving.signal });
    const staying = cache.getOrSet('a', loads.loader, { signal: new AbortController().signal });
    const failure = failureOf(left);
    await flush();
    leaving.abort('gone home');
    expect(await failure).toBe('gone home');
    expect(loads.load().context.signal.aborted).toBe(false);
    loads.load().finish(1);
    expect(await staying).toBe(1);
    expect(await cache.get('a')).toBe(1);
  });

  it('may be the one who started the load', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const starter = new AbortController();
    const started = Promise.allSettled([cache.getOrSet('a', loads.loader, { signal: starter.signal })]);
    const joined = cache.getOrSet('a', loads.loader);
    starter.abort();
    await started;
    await flush();
    loads.load().finish(1);
    expect(await joined).toBe(1);
    expect(loads.count).toBe(1);
  });

  it('aborts the loader when it was the last', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => cache.getOrSet('a', loads.loader, { signal }));
    const outcomes = Promise.allSettled(calls);
    await flush();
    const { signal } = loads.load().context;
    controllers[0]?.abort('first');
    expect(signal.aborted).toBe(false);
    controllers[1]?.abort('second');
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe('second');
    expect(await outcomes).toMatchObject([{ reason: 'first' }, { reason: 'second' }]);
  });

  it('never aborts a load that somebody without a signal waits for', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const controller = new AbortController();
    const patient = cache.getOrSet('a', loads.loader);
    const left = Promise.allSettled([cache.getOrSet('a', loads.loader, { signal: controller.signal })]);
    await flush();
    controller.abort();
    await left;
    expect(loads.load().context.signal.aborted).toBe(false);
    loads.load().finish(1);
    expect(await patient).toBe(1);
  });

  it('before it called gets its reason, and nothing is loaded', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const signal = AbortSignal.abort('too late');
    await expect(cache.getOrSet('a', loads.loader, { signal })).rejects.toBe('too late');
    expect(loads.count).toBe(0);
  });

  it('before it called still gets a hit', async () => {
    const { cache } = testCache();
    await cache.set('a', 1);
    expect(await cache.getOrSet('a', () => 2, { signal: AbortSignal.abort() })).toBe(1);
  });

  it('gets no stale value instead', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleIfError: '1h' });
    await cache.set('a', 'old');
    clock.advance(60_000);
    const loads = controlledLoads<string>();
    const controller = new AbortController();
    const failure = failureOf(cache.getOrSet('a', loads.loader, { signal: controller.signal }));
    await flush();
    controller.abort('gone');
    expect(await failure).toBe('gone');
  });
});

describe('a load that everybody left', () => {
  const abandoned = async () => {
    const { cache } = testCache();
    const loads = controlledLoads<string>();
    const controller = new AbortController();
    const outcome = Promise.allSettled([cache.getOrSet('a', loads.loader, { signal: controller.signal })]);
    await flush();
    return { cache, loads, controller, outcome };
  };

  it('is not stored when it ends all the same', async () => {
    const { cache, loads, controller, outcome } = await abandoned();
    const events = recordEvents(cache, 'load');
    controller.abort();
    await outcome;
    loads.load().finish('late');
    await flush();
    expect(await cache.get('a')).toBeUndefined();
    expect(events).toMatchObject([{ event: { stored: false } }]);
  });

  it('is not joined by a later caller', async () => {
    const { cache, loads, controller, outcome } = await abandoned();
    controller.abort();
    await outcome;
    const next = cache.getOrSet('a', loads.loader);
    await flush();
    expect(loads.count).toBe(2);
    loads.load(0).finish('old');
    loads.load(1).finish('new');
    expect(await next).toBe('new');
    expect(await cache.get('a')).toBe('new');
  });

  it('is not joined by a caller who comes in the very same turn', async () => {
    const { cache, loads, controller, outcome } = await abandoned();
    controller.abort();
    const next = cache.getOrSet('a', loads.loader);
    await outcome;
    await flush();
    loads.load(1).finish('new');
    expect(await next).toBe('new');
  });

  it('may fail late without harm', async () => {
    const { loads, controller, outcome } = await abandoned();
    controller.abort();
    await outcome;
    loads.load().fail(new Error('aborted'));
    await flush();
    expect(loads.count).toBe(1);
  });
});

describe('a signal that outlives its call', () => {
  it('keeps no trace of it', async () => {
    const { cache } = testCache();
    const controller = new AbortController();
    await cache.getOrSet('a', () => 1, { signal: controller.signal });
    await flush();
    controller.abort();
    expect(await cache.getOrSet('a', () => 2)).toBe(1);
  });
});
