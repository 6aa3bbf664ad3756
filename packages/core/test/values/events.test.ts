import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { CacheEventName } from '../../src/index.ts';
import { flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const ALL: CacheEventName[] = ['hit', 'miss', 'load', 'set', 'delete', 'invalidate', 'clear', 'error'];

describe('events', () => {
  it('tell of a miss, the load and the hit after it, in order', async () => {
    const { cache, clock } = testCache();
    const events = recordEvents(cache, ...ALL);
    const load = () => {
      clock.advance(250);
      return 1;
    };
    await cache.getOrSet(['city', 5], load);
    clock.advance(1_000);
    await cache.getOrSet(['city', 5], load);
    const where = { key: ['city', 5], namespace: '' };
    expect(events).toEqual([
      { name: 'miss', event: where },
      { name: 'load', event: { ...where, duration: 250, stored: true } },
      { name: 'hit', event: { ...where, age: 1_000, stale: false } },
    ]);
  });

  it('tell of every write, with the key as the caller gave it', async () => {
    const { cache } = testCache();
    const events = recordEvents(cache, ...ALL);
    await cache.set('a', 1);
    await cache.setMany([['b', 2]]);
    await cache.add(['c'], 3);
    await cache.touch('a', '1h');
    await cache.delete('a');
    await cache.deleteMany(['b']);
    expect(events.map(({ name, event }) => [name, 'key' in event ? event.key : undefined])).toEqual([
      ['set', 'a'],
      ['set', 'b'],
      ['set', ['c']],
      ['set', 'a'],
      ['delete', 'a'],
      ['delete', 'b'],
    ]);
  });

  it('tell of nothing that did not happen', async () => {
    const { cache } = testCache();
    await cache.set('a', 1);
    const events = recordEvents(cache, ...ALL);
    await cache.add('a', 2);
    await cache.touch('b', '1h');
    await cache.has('a');
    expect(events).toEqual([]);
  });

  it('tell of get: a hit or a miss', async () => {
    const { cache } = testCache();
    await cache.set('a', 1);
    const events = recordEvents(cache, 'hit', 'miss');
    await cache.getMany(['a', 'b']);
    expect(events.map(({ name }) => name)).toEqual(['hit', 'miss']);
  });

  it('tell of invalidated tags and cleared namespaces', async () => {
    const { cache } = testCache();
    const events = recordEvents(cache, 'invalidate', 'clear');
    await cache.invalidateTags(['t', 'u']);
    await cache.namespace('a').namespace('b').clear();
    await cache.clear();
    expect(events).toEqual([
      { name: 'invalidate', event: { tags: ['t', 'u'] } },
      { name: 'clear', event: { namespace: 'a/b' } },
      { name: 'clear', event: { namespace: '' } },
    ]);
  });

  it('of a namespace are heard on the cache and in every namespace', async () => {
    const { cache } = testCache();
    const above = recordEvents(cache, 'set');
    const beside = recordEvents(cache.namespace('b'), 'set');
    await cache.namespace('a').set('k', 1);
    expect(above).toEqual([{ name: 'set', event: { key: 'k', namespace: 'a' } }]);
    expect(beside).toEqual(above);
  });

  it('have one miss and one load for each who waits, and for each load', async () => {
    const { cache } = testCache();
    const events = recordEvents(cache, 'miss', 'load', 'hit');
    await Promise.all([1, 2, 3].map(() => cache.getOrSet('a', () => 1)));
    expect(events.map(({ name }) => name)).toEqual(['miss', 'miss', 'miss', 'load']);
  });

  it('tell whether a hit was stale', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleWhileRevalidate: '1h' });
    await cache.set('a', 1);
    clock.advance(60_000);
    const events = recordEvents(cache, 'hit');
    await cache.getOrSet('a', () => 2);
    await flush();
    await cache.getOrSet('a', () => 3);
    expect(events).toMatchObject([{ event: { age: 60_000, stale: true } }, { event: { age: 0, stale: false } }]);
  });

  it('of a load that failed are none', async () => {
    const { cache } = testCache();
    const events = recordEvents(cache, 'load');
    await Promise.allSettled([cache.getOrSet('a', () => Promise.reject<number>(new Error('down')))]);
    expect(events).toEqual([]);
  });

  it('come in the async context of the caller', async () => {
    const { cache } = testCache();
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    for (const name of ['hit', 'miss', 'load', 'set'] as const) cache.on(name, () => seen.push(request.getStore()));
    await request.run('request 1', async () => {
      await cache.getOrSet('a', () => 1);
      await cache.get('a');
      await cache.set('a', 2);
    });
    expect(seen).toEqual(['request 1', 'request 1', 'request 1', 'request 1']);
  });
});

describe('a listener', () => {
  it('hears nothing any more once it was taken off, and others still do', async () => {
    const { cache } = testCache();
    const heard: string[] = [];
    const stop = cache.on('set', () => heard.push('one'));
    cache.on('set', () => heard.push('two'));
    stop();
    stop();
    await cache.set('a', 1);
    expect(heard).toEqual(['two']);
  });

  it('may take itself off', async () => {
    const { cache } = testCache();
    let heard = 0;
    const stop = cache.on('set', () => {
      heard += 1;
      stop();
    });
    await cache.set('a', 1);
    await cache.set('a', 2);
    expect(heard).toBe(1);
  });

  it('that throws harms neither the caller nor other listeners, and is reported', async () => {
    const { cache } = testCache();
    const errors = recordEvents(cache, 'error');
    const error = new Error('listener');
    const heard: string[] = [];
    cache.on('hit', () => {
      throw error;
    });
    cache.on('hit', () => heard.push('hit'));
    await cache.set('a', 1);
    expect(await cache.get('a')).toBe(1);
    expect(await cache.getOrSet('a', () => 2)).toBe(1);
    expect(heard).toEqual(['hit', 'hit']);
    expect(errors[0]).toEqual({ name: 'error', event: { operation: 'listener of hit', error } });
  });

  it('of errors that throws itself is not called again for that', async () => {
    const { cache } = testCache();
    let calls = 0;
    cache.on('error', () => {
      calls += 1;
      throw new Error('again');
    });
    cache.on('set', () => {
      throw new Error('listener');
    });
    await cache.set('a', 1);
    expect(calls).toBe(1);
  });

  it('that fails later leaves no rejection unhandled', async () => {
    const { cache } = testCache();
    const errors = recordEvents(cache, 'error');
    const error = new Error('later');
    const fail = (): Promise<void> => Promise.reject(error);
    cache.on('set', fail as () => void);
    cache.on('error', fail as () => void);
    await cache.set('a', 1);
    await flush();
    expect(errors).toEqual([{ name: 'error', event: { operation: 'listener of set', error } }]);
  });
});
