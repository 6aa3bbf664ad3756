import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqlite } from '../../src/backends/sqlite/index.ts';
import { createCache } from '../../src/index.ts';
import { rollup } from '../../src/strategies/index.ts';
import { fakeClock } from '../../src/testing/index.ts';
import { SharedMemory } from '../backends/shared-memory.ts';
import { deferred, failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await flush();
}

describe('rollup', () => {
  it('has its first value when it resolves, and answers it without a promise', async () => {
    const { cache } = testCache();
    let loads = 0;
    const value = await rollup(cache, async () => ({ loads: (loads += 1) }), { key: 'k' });
    expect([value.current, value.current, await value.get()]).toEqual([{ loads: 1 }, { loads: 1 }, { loads: 1 }]);
    expect(() => {
      (value.current as { loads: number }).loads = 5;
    }).toThrow(TypeError);
  });

  it('rejects if the first load fails', async () => {
    const { cache } = testCache();
    const reason = new Error('away');
    expect(await failureOf(rollup(cache, () => Promise.reject(reason), { key: 'k' }))).toBe(reason);
  });

  it.each(['its own tag', 'a tag of what it reads', 'a namespace in which it reads', 'the whole cache'])(
    'is loaded again when %s is invalidated, and answers what was there until then',
    async (what) => {
      const { cache } = testCache();
      const inner = cache.namespace('inner');
      let rows = 'old';
      const load = async () => {
        await inner.getOrSet('read', () => 1, { tags: ['read'] });
        return rows;
      };
      const value = await rollup(cache, load, { key: 'k', tags: ['own'] });
      rows = 'new';
      expect(value.current).toBe('old');
      if (what === 'its own tag') await cache.invalidateTags(['own']);
      else if (what === 'a tag of what it reads') await cache.invalidateTags(['read']);
      else await (what === 'the whole cache' ? cache : inner).clear();
      expect(value.current).toBe('old');
      expect(await value.get()).toBe('new');
      expect(value.current).toBe('new');
    },
  );

  it('does not load for what does not concern it', async () => {
    const { cache } = testCache();
    let loads = 0;
    const value = await rollup(cache, () => (loads += 1), { key: 'k', tags: ['own'] });
    await cache.invalidateTags(['other']);
    await cache.namespace('other').clear();
    await settled();
    expect([value.current, loads]).toEqual([1, 1]);
  });

  it('is loaded behind, without anybody asking', async () => {
    const { cache } = testCache();
    let loads = 0;
    const value = await rollup(cache, () => (loads += 1), { key: 'k', tags: ['own'] });
    await cache.invalidateTags(['own']);
    await settled();
    expect(value.current).toBe(2);
  });

  it('never gives by `get` what was begun before an invalidation', async () => {
    const { cache } = testCache();
    const gates = [deferred<string>(), deferred<string>(), deferred<string>()];
    let loads = 0;
    const making = rollup(cache, () => gates[loads++]?.promise as Promise<string>, { key: 'k', tags: ['own'] });
    gates[0]?.resolve('first');
    const value = await making;
    await cache.invalidateTags(['own']);
    const early = value.get();
    await settled();
    await cache.invalidateTags(['own']);
    const late = value.get();
    gates[1]?.resolve('begun before the second invalidation');
    await settled();
    gates[2]?.resolve('begun after it');
    expect(await late).toBe('begun after it');
    await early;
    expect([value.current, loads]).toEqual(['begun after it', 3]);
  });

  it('is loaded again at the end of its ttl, or when something that it read is over', async () => {
    for (const [ttl, inner] of [
      [1_000, 60_000],
      [60_000, 1_000],
    ]) {
      const { cache, clock } = testCache();
      let loads = 0;
      const load = async () => {
        await cache.getOrSet('inner', () => 1, { ttl: inner ?? 0 });
        return (loads += 1);
      };
      const value = await rollup(cache, load, { key: 'k', ttl: ttl ?? 0 });
      clock.advance(999);
      await settled();
      expect(value.current).toBe(1);
      clock.advance(1);
      await settled();
      expect(value.current).toBe(2);
    }
  });

  it('does not load all the time where nothing may be kept', async () => {
    const { cache, clock } = testCache();
    let loads = 0;
    await rollup(cache, () => (loads += 1), { key: 'k', ttl: 0 });
    clock.advance(99);
    await settled();
    expect(loads).toBe(1);
    clock.advance(1);
    await settled();
    expect(loads).toBe(2);
  });

  it('keeps what it has when a load fails, tells, and tries again ever less often', async () => {
    const { cache, clock } = testCache();
    const errors = recordEvents(cache, 'error');
    let load = async (): Promise<string> => 'old';
    const value = await rollup(cache, () => load(), { key: 'k', tags: ['own'] });
    load = async () => {
      throw new Error('away');
    };
    await cache.invalidateTags(['own']);
    await expect(value.get()).rejects.toThrow('away');
    expect(value.current).toBe('old');
    const tellings = () => errors.filter(({ event }) => 'operation' in event && event.operation === 'rollup').length;
    await settled();
    expect(tellings()).toBe(1);
    for (const wait of [100, 200, 400]) {
      clock.advance(wait - 1);
      await settled();
      const before = tellings();
      clock.advance(1);
      await settled();
      expect(tellings()).toBe(before + 1);
    }
    load = async () => 'new';
    clock.advance(800);
    await settled();
    expect(value.current).toBe('new');
  });

  it('refreshes on every node', async () => {
    const server = new SharedMemory();
    let rows = 'old';
    const [one, two] = await Promise.all(
      [1, 2].map(() => rollup(createCache({ backend: server.client() }), async () => rows, { key: 'k' })),
    );
    rows = 'new';
    expect(await one?.refresh()).toBe('new');
    await settled();
    expect([one?.current, two?.current]).toEqual(['new', 'new']);
  });

  it('hears of other processes where the backend tells only who asks', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rollup-'));
    const clock = fakeClock(Date.now());
    const caches = [1, 2].map(() => createCache({ backend: sqlite({ directory, shards: 1 }), clock }));
    let rows = 'old';
    const [one, two] = await Promise.all(caches.map((cache) => rollup(cache, async () => rows, { key: 'k' })));
    rows = 'new';
    await one?.refresh();
    for (let second = 0; second < 3; second += 1) {
      clock.advance(1_000);
      await settled();
    }
    expect([one?.current, two?.current]).toEqual(['new', 'new']);
    for (const value of [one, two]) value?.close();
    for (const cache of caches) await cache.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  it('gives copies of what can be changed although it is frozen', async () => {
    const { cache } = testCache();
    const value = await rollup(cache, () => ({ seen: new Set([1]) }), { key: 'k' });
    value.current.seen.add(2);
    expect(value.current.seen).toEqual(new Set([1]));
  });

  it('is loaded no more once it is closed', async () => {
    const { cache, clock } = testCache();
    let loads = 0;
    const value = await rollup(cache, () => (loads += 1), { key: 'k', tags: ['own'] });
    value.close();
    await cache.invalidateTags(['own']);
    clock.advance(600_000);
    await settled();
    expect([value.current, loads]).toEqual([1, 1]);
  });

  it('is a part of what is made with it, which goes when it changes', async () => {
    const { cache } = testCache();
    const gate = deferred<string>();
    let load = async (): Promise<string> => 'old';
    const value = await rollup(cache, () => load(), { key: 'k', tags: ['own'], ttl: 60_000 });
    const page = () => cache.getOrSet('page', () => `page of ${value.current}`);
    expect(await page()).toBe('page of old');
    expect(await cache.entry('page')).toMatchObject({ tags: expect.arrayContaining(['own']) as string[], ttl: 60_000 });
    load = () => gate.promise;
    await cache.invalidateTags(['own']);
    expect(await page()).toBe('page of old');
    expect(await cache.get('page')).toBeUndefined();
    gate.resolve('new');
    await settled();
    expect(await page()).toBe('page of new');
    expect(await cache.get('page')).toBe('page of new');
  });

  it('does not depend on what somebody makes who happens to wait for it', async () => {
    const { cache } = testCache();
    let loads = 0;
    const load = () => cache.getOrSet('inner', () => (loads += 1), { tags: ['inner'] });
    const value = await rollup(cache, load, { key: 'k', tags: ['own'] });
    await cache.getOrSet('page', async () => {
      await cache.invalidateTags(['own', 'inner']);
      return 'page';
    });
    expect(await value.get()).toBe(2);
    expect((await cache.entry('page'))?.tags).toEqual([]);
  });

  it('refuses what means nothing', async () => {
    const { cache } = testCache();
    const make = (options: object, load: unknown = () => 1, at: unknown = cache) =>
      rollup(at as typeof cache, load as () => number, options as { key: string });
    await expect(make({ key: 'k', often: true })).rejects.toMatchObject({ option: 'often' });
    await expect(make({ key: 'k', ttl: 'soon' })).rejects.toMatchObject({ option: 'ttl' });
    await expect(make({ key: 'k' }, 1)).rejects.toMatchObject({ option: 'load' });
    await expect(make({ key: 'k' }, () => 1, {})).rejects.toMatchObject({ option: 'cache' });
    await expect(make({})).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    await expect(make({ key: 'k' }, () => undefined)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
  });
});
