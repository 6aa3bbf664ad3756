import { describe, expect, it } from 'vitest';
import { controlledLoads } from '../support/controlled-loads.ts';
import { failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const MINUTE = 60_000;
const down = (): never => {
  throw new Error('down');
};

/** A cache with 'a' stored a minute ago and stale since now. */
async function staleCache(windows: { staleWhileRevalidate?: '1h'; staleIfError?: '1h' | '2h' }) {
  const { cache, clock } = testCache({ ttl: '1m', ...windows });
  await cache.set('a', 'old', { tags: ['t'] });
  clock.advance(MINUTE);
  return { cache, clock, loads: controlledLoads<string>() };
}

describe('within staleWhileRevalidate', () => {
  it('a stale value is answered at once, and one load runs in the background', async () => {
    const { cache, loads } = await staleCache({ staleWhileRevalidate: '1h' });
    const answers = await Promise.all(Array.from({ length: 100 }, () => cache.getOrSet('a', loads.loader)));
    expect(new Set(answers)).toEqual(new Set(['old']));
    await flush();
    expect(loads.count).toBe(1);
    loads.load().finish('new');
    await flush();
    expect(await cache.getOrSet('a', loads.loader)).toBe('new');
    expect(loads.count).toBe(1);
  });

  it('the window ends at its instant', async () => {
    const { cache, clock, loads } = await staleCache({ staleWhileRevalidate: '1h' });
    clock.advance(60 * MINUTE - 1);
    expect(await cache.getOrSet('a', loads.loader)).toBe('old');
    await flush();
    loads.load().fail(new Error('down'));
    await flush();
    clock.advance(1);
    const call = cache.getOrSet('a', loads.loader);
    await flush();
    loads.load().finish('new');
    expect(await call).toBe('new');
  });

  it('a failed refresh is reported and tried again at the next call', async () => {
    const { cache, loads } = await staleCache({ staleWhileRevalidate: '1h' });
    const events = recordEvents(cache, 'error');
    const error = new Error('down');
    expect(await cache.getOrSet('a', loads.loader)).toBe('old');
    await flush();
    loads.load().fail(error);
    await flush();
    expect(events).toEqual([{ name: 'error', event: { operation: 'refresh', key: 'a', error } }]);
    expect(await cache.getOrSet('a', loads.loader)).toBe('old');
    await flush();
    expect(loads.count).toBe(2);
  });

  it('get, has and touch know no stale value', async () => {
    const { cache } = await staleCache({ staleWhileRevalidate: '1h' });
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.has('a')).toBe(false);
    expect(await cache.touch('a', '1h')).toBe(false);
    expect(await cache.getOrSet('a', () => 'new')).toBe('old');
  });

  it.each(['set', 'add'] as const)('what %s stored during the refresh is kept', async (method) => {
    const { cache, loads } = await staleCache({ staleWhileRevalidate: '1h' });
    await cache.getOrSet('a', loads.loader);
    await flush();
    await cache[method]('a', 'written');
    loads.load().finish('refreshed');
    await flush();
    expect(await cache.get('a')).toBe('written');
  });

  it('an abort of the caller does not abort the refresh', async () => {
    const { cache, loads } = await staleCache({ staleWhileRevalidate: '1h' });
    const controller = new AbortController();
    await cache.getOrSet('a', loads.loader, { signal: controller.signal });
    await flush();
    controller.abort();
    expect(loads.load().context.signal.aborted).toBe(false);
    loads.load().finish('new');
    await flush();
    expect(await cache.get('a')).toBe('new');
  });

  it('a value whose tag was invalidated is not answered', async () => {
    const { cache } = await staleCache({ staleWhileRevalidate: '1h' });
    await cache.invalidateTags(['t']);
    expect(await cache.getOrSet('a', () => 'new')).toBe('new');
  });
});

describe('within staleIfError', () => {
  it('a stale value stands in for a load that fails, which is reported', async () => {
    const { cache } = await staleCache({ staleIfError: '1h' });
    const events = recordEvents(cache, 'error', 'hit');
    expect(await cache.getOrSet('a', down)).toBe('old');
    expect(events).toEqual([
      { name: 'error', event: { operation: 'load', key: 'a', error: new Error('down') } },
      { name: 'hit', event: { key: 'a', namespace: '', age: MINUTE, stale: true } },
    ]);
  });

  it('a load that works is awaited', async () => {
    const { cache } = await staleCache({ staleIfError: '1h' });
    expect(await cache.getOrSet('a', () => 'new')).toBe('new');
  });

  it('all who wait for the failing load get the stale value', async () => {
    const { cache, loads } = await staleCache({ staleIfError: '1h' });
    const calls = [1, 2, 3].map(() => cache.getOrSet('a', loads.loader));
    await flush();
    loads.load().fail(new Error('down'));
    expect(await Promise.all(calls)).toEqual(['old', 'old', 'old']);
    expect(loads.count).toBe(1);
  });

  it('the window ends at its instant', async () => {
    const { cache, clock } = await staleCache({ staleIfError: '1h' });
    clock.advance(60 * MINUTE - 1);
    expect(await cache.getOrSet('a', down)).toBe('old');
    clock.advance(1);
    await expect(cache.getOrSet('a', down)).rejects.toThrow('down');
  });

  it('the window may be longer than staleWhileRevalidate', async () => {
    const { cache, clock, loads } = await staleCache({ staleWhileRevalidate: '1h', staleIfError: '2h' });
    clock.advance(90 * MINUTE);
    const call = cache.getOrSet('a', loads.loader);
    await flush();
    loads.load().fail(new Error('down'));
    expect(await call).toBe('old');
  });

  it('a stale value that was invalidated before the call is no help', async () => {
    const { cache } = await staleCache({ staleIfError: '1h' });
    await cache.invalidateTags(['t']);
    await expect(cache.getOrSet('a', down)).rejects.toThrow('down');
  });

  it('nor is one that is invalidated while the load runs', async () => {
    const { cache, loads } = await staleCache({ staleIfError: '1h' });
    const failure = failureOf(cache.getOrSet('a', loads.loader));
    await flush();
    await cache.invalidateTags(['t']);
    loads.load().fail(new Error('down'));
    expect(await failure).toEqual(new Error('down'));
  });
});

describe('the loader of a stale value', () => {
  it('is given the value and when it was stored', async () => {
    const { cache, clock } = await staleCache({ staleIfError: '1h' });
    const [value, storedAt] = await cache.getOrSet<unknown[]>('a', ({ stale }) => [stale?.value, stale?.storedAt]);
    expect([value, storedAt]).toEqual(['old', clock.now() - MINUTE]);
  });

  it('is given none that was invalidated', async () => {
    const { cache } = await staleCache({ staleIfError: '1h' });
    await cache.invalidateTags(['t']);
    expect(await cache.getOrSet<unknown[]>('a', ({ stale }) => [stale])).toEqual([undefined]);
  });

  it('cannot change what others are still answered', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleWhileRevalidate: '1h', values: 'cloned' });
    await cache.set('a', { list: [1] });
    clock.advance(MINUTE);
    const load = ({ stale }: { stale?: { value: { list: number[] } } | undefined }): { list: number[] } => {
      stale?.value.list.push(2);
      throw new Error('down');
    };
    await cache.getOrSet('a', load);
    await flush();
    expect(await cache.getOrSet('a', load)).toEqual({ list: [1] });
  });
});

describe('without windows', () => {
  it('an expired value is neither answered nor a help', async () => {
    const { cache } = await staleCache({});
    await expect(cache.getOrSet('a', down)).rejects.toThrow('down');
    expect(await cache.getOrSet('a', () => 'new')).toBe('new');
  });

  it('the windows of one value do not apply to another', async () => {
    const { cache, clock } = testCache({ ttl: '1m' });
    await cache.set('a', 'old', { staleIfError: '1h' });
    await cache.set('b', 'old');
    clock.advance(MINUTE);
    expect(await cache.getOrSet('a', down)).toBe('old');
    await expect(cache.getOrSet('b', down)).rejects.toThrow('down');
  });
});
