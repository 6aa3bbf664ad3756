import { describe, expect, it } from 'vitest';
import type { Cache, GetOrSetOptions } from '../../src/index.ts';
import { memory } from '../../src/index.ts';
import { asyncBackend } from '../support/backends.ts';
import { controlledLoads } from '../support/controlled-loads.ts';
import { flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

/** A load of 'k' in the namespace 'a' / 'b' that is under way. */
async function loading(cache: Cache, options: GetOrSetOptions = {}) {
  const space = cache.namespace('a').namespace('b');
  const loads = controlledLoads<string>();
  const call = space.getOrSet('k', loads.loader, options);
  await flush();
  return { space, loads, call };
}

/** Whatever makes a load of 'k' too old to be stored. */
const INVALIDATIONS: Record<string, (cache: Cache, space: Cache) => Promise<unknown>> = {
  'invalidateTags of a tag in its options': (cache) => cache.invalidateTags(['option']),
  'clear of its namespace': (_, space) => space.clear(),
  'clear of the namespace around it': (cache) => cache.namespace('a').clear(),
  'clear of the cache': (cache) => cache.clear(),
  'delete of its key': (_, space) => space.delete('k'),
  'deleteMany of its key': (_, space) => space.deleteMany(['other', 'k']),
};

describe.each(Object.entries(INVALIDATIONS))('%s during a load', (_, invalidate) => {
  it.each([
    ['memory', memory],
    ['an asynchronous backend', asyncBackend],
  ])('keeps it from being stored (%s)', async (__, makeBackend) => {
    const { cache } = testCache({ backend: makeBackend() });
    const events = recordEvents(cache, 'load');
    const { space, loads, call } = await loading(cache, { tags: ['option'] });
    await invalidate(cache, space);
    loads.load().finish('old');
    expect(await call).toBe('old');
    expect(await space.get('k')).toBeUndefined();
    expect(events).toMatchObject([{ event: { key: 'k', namespace: 'a/b', stored: false } }]);
  });

  it('makes later callers wait for a newer load, which is stored', async () => {
    const { cache } = testCache();
    const { space, loads, call } = await loading(cache, { tags: ['option'] });
    await invalidate(cache, space);
    const later = [1, 2].map(() => space.getOrSet('k', loads.loader, { tags: ['option'] }));
    await flush();
    expect(loads.count).toBe(2);
    loads.load(1).finish('new');
    expect(await Promise.all(later)).toEqual(['new', 'new']);
    loads.load(0).finish('old');
    expect(await call).toBe('old');
    expect(await space.get('k')).toBe('new');
  });
});

describe('a tag that a load names only while it runs', () => {
  it('keeps the value from being stored when it was invalidated before it was named', async () => {
    const { cache } = testCache();
    const { space, loads, call } = await loading(cache);
    await cache.invalidateTags(['late']);
    loads.load().context.tag('late');
    loads.load().finish('old');
    expect(await call).toBe('old');
    expect(await space.get('k')).toBeUndefined();
  });

  it('sends those who joined after its invalidation to a newer load', async () => {
    const { cache } = testCache();
    const { space, loads, call } = await loading(cache);
    await cache.invalidateTags(['late']);
    const joined = [1, 2, 3].map(() => space.getOrSet('k', loads.loader));
    await flush();
    expect(loads.count).toBe(1);
    loads.load(0).context.tag('late');
    loads.load(0).finish('old');
    await flush();
    expect(loads.count).toBe(2);
    loads.load(1).finish('new');
    expect(await call).toBe('old');
    expect(await Promise.all(joined)).toEqual(['new', 'new', 'new']);
    expect(await space.get('k')).toBe('new');
  });

  it('sends those who joined a background refresh to a newer load too', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleWhileRevalidate: '10s' });
    const loads = controlledLoads<string>();
    await cache.set('k', 'stored');
    clock.advance(60_000);
    expect(await cache.getOrSet('k', loads.loader)).toBe('stored');
    await flush();
    await cache.invalidateTags(['late']);
    clock.advance(10_000);
    const joined = cache.getOrSet('k', loads.loader);
    await flush();
    expect(loads.count).toBe(1);
    loads.load(0).context.tag('late');
    loads.load(0).finish('old');
    await flush();
    loads.load(1).finish('new');
    expect(await joined).toBe('new');
  });
});

describe('a write during a load', () => {
  it.each([
    ['set', (space: Cache) => space.set('k', 'written')],
    ['setMany', (space: Cache) => space.setMany([['k', 'written']])],
    ['add', (space: Cache) => space.add('k', 'written')],
  ])('by %s is not overwritten by it', async (_, write) => {
    const { cache } = testCache();
    const { space, loads, call } = await loading(cache);
    await write(space);
    expect(await space.getOrSet('k', loads.loader)).toBe('written');
    loads.load().finish('old');
    expect(await call).toBe('old');
    expect(await space.get('k')).toBe('written');
  });

  it('by the loader itself, of its own key, is kept', async () => {
    const { cache } = testCache();
    const load = async (): Promise<string> => {
      await cache.set('k', 'written');
      return 'loaded';
    };
    expect(await cache.getOrSet('k', load)).toBe('loaded');
    expect(await cache.get('k')).toBe('written');
  });

  it('that expires at once still fences the load off', async () => {
    const { cache } = testCache();
    const { space, loads, call } = await loading(cache);
    await space.set('k', 'written', { ttl: 0 });
    loads.load().finish('old');
    await call;
    expect(await space.get('k')).toBeUndefined();
  });

  it('by an add that found a value leaves the load alone', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleWhileRevalidate: '1h' });
    await cache.set('k', 'stored');
    clock.advance(60_000);
    const loads = controlledLoads<string>();
    await cache.getOrSet('k', loads.loader);
    await flush();
    clock.jump(clock.now() - 1);
    expect(await cache.add('k', 'added')).toBe(false);
    loads.load().finish('refreshed');
    await flush();
    expect(await cache.get('k')).toBe('refreshed');
  });
});

describe('what does not concern a load', () => {
  it.each([
    ['another tag', (cache: Cache) => cache.invalidateTags(['other'])],
    ['a namespace beside it', (cache: Cache) => cache.namespace('c').clear()],
    ['a namespace inside its own', (_: Cache, space: Cache) => space.namespace('inside').clear()],
    ['the same key elsewhere', (cache: Cache) => cache.namespace('a').delete('k')],
    ['another key', (_: Cache, space: Cache) => space.delete('other')],
  ])('(%s) neither keeps it from being stored nor makes others load again', async (_, invalidate) => {
    const { cache } = testCache();
    const { space, loads, call } = await loading(cache, { tags: ['option'] });
    await invalidate(cache, space);
    const joined = space.getOrSet('k', loads.loader, { tags: ['option'] });
    await flush();
    loads.load().finish('value');
    expect(await Promise.all([call, joined])).toEqual(['value', 'value']);
    expect(loads.count).toBe(1);
    expect(await space.get('k')).toBe('value');
  });
});

describe('a load that is invalidated again and again', () => {
  it('ends for each caller with a load that is not older than the call', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<string>();
    const calls: Promise<string>[] = [];
    for (let round = 0; round < 5; round += 1) {
      calls.push(cache.getOrSet('k', loads.loader, { tags: ['t'] }));
      await flush();
      await cache.invalidateTags(['t']);
    }
    expect(loads.count).toBe(5);
    for (let round = 0; round < 5; round += 1) loads.load(round).finish(`load ${round}`);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4].map((round) => `load ${round}`));
    expect(await cache.get('k')).toBeUndefined();
  });
});
