import { beforeEach, describe, expect, test } from 'vitest';
import { type Cache, type CacheOptions, createCache, type Entry, memory, type Store, tiered } from '../../src/index.ts';
import { type FakeClock, fakeClock } from '../../src/testing/index.ts';
import { faultyBackend } from '../support/backends.ts';
import { deferred, failureOf, flush } from '../support/deferred.ts';
import { type RecordedEvent, recordEvents } from '../support/record-events.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';
import { SharedMemory } from './shared-memory.ts';

expectNoUnhandledRejections();

let clock: FakeClock;
let server: SharedMemory;
let cache: Cache;
let errors: RecordedEvent[];

const TIMES = { l1Ttl: 10_000, timeout: 500, failures: 3, retryAfter: 2_000 } as const;

const overServer = (options: Partial<CacheOptions> = {}): Cache =>
  createCache({
    clock,
    ttl: '5m',
    backend: tiered({ ...TIMES, l1: memory({ maxEntries: 100 }), l2: server.client() }),
    ...options,
  });

beforeEach(() => {
  clock = fakeClock();
  server = new SharedMemory();
  cache = overServer();
  errors = recordEvents(cache, 'error');
});

/** Lets time pass until the call has ended. */
async function within<T>(milliseconds: number, call: Promise<T>): Promise<T> {
  let ended = false;
  call.then(
    () => (ended = true),
    () => (ended = true),
  );
  for (let passed = 0; passed < milliseconds && !ended; passed += 50) {
    await flush();
    clock.advance(50);
  }
  await flush();
  if (!ended) throw new Error(`Not within ${milliseconds} ms.`);
  return call;
}

async function open(): Promise<void> {
  for (let count = 0; count < 3; count += 1) await cache.get(`miss ${count}`);
}

describe('while the far tier is away', () => {
  test.each(['refused', 'silent'] as const)(
    '%s: hits come from the near tier, the rest from loaders',
    async (fault) => {
      await cache.set('a', 'kept');
      server.fault = fault;
      expect(await cache.get('a')).toBe('kept');
      expect(
        await within(
          2_000,
          cache.getOrSet('b', () => 'loaded'),
        ),
      ).toBe('loaded');
    },
  );

  test('silent: a read waits no longer than the timeout', async () => {
    server.fault = 'silent';
    const reading = cache.get('a');
    await flush();
    clock.advance(499);
    let ended = false;
    void reading.then(() => (ended = true));
    await flush();
    expect(ended).toBe(false);
    clock.advance(1);
    expect(await reading).toBeUndefined();
    expect(errors).toMatchObject([{ event: { error: { code: 'ERR_CACHE_BACKEND' } } }]);
  });

  test('a stale copy is better than nothing', async () => {
    await cache.set('a', 'stale', { ttl: '1s', staleIfError: '1h' });
    clock.advance(1_001);
    server.fault = 'refused';
    const failing = cache.getOrSet('a', () => Promise.reject(new Error('origin')));
    expect(await failing).toBe('stale');
  });

  test('what is set is kept in the near tier', async () => {
    server.fault = 'refused';
    await cache.set('a', 1);
    await cache.setMany([
      ['b', 2],
      ['c', 3],
    ]);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([1, 2, 3]);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('what only the far tier can decide fails', async () => {
    await cache.set('n', 1);
    server.fault = 'refused';
    await expect(cache.increment('n')).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    expect(await cache.delete('n')).toBe(false);
    expect(await cache.get('n')).toBeUndefined();
  });

  test('getMany answers what the near tier has only if that is all', async () => {
    await cache.setMany([
      ['a', 1],
      ['b', 2],
    ]);
    server.fault = 'refused';
    expect(await cache.getMany(['a', 'b'])).toEqual([1, 2]);
  });
});

describe('what is loaded while the far tier is away', () => {
  /** Loads a value that tells how often it was loaded. */
  const load = (tested = cache): Promise<number> => tested.getOrSet('a', () => (loads += 1), { tags: ['t'] });
  let loads: number;
  beforeEach(() => {
    loads = 0;
  });

  test.each(['refused', 'silent'] as const)('%s: is kept near for three seconds', async (fault) => {
    server.fault = fault;
    expect(await within(2_000, load())).toBe(1);
    const kept = clock.now();
    expect([await load(), await load()]).toEqual([1, 1]);
    clock.advance(kept + 2_900 - clock.now());
    expect(await load()).toBe(1);
    clock.advance(100);
    expect(await within(2_000, load())).toBe(2);
  });

  test('is kept near also while nobody tells of invalidations, three seconds from the beginning of the load', async () => {
    server.fault = 'refused';
    server.cutOff();
    const slow = cache.getOrSet('a', async () => {
      loads += 1;
      clock.advance(1_000);
      return loads;
    });
    expect(await slow).toBe(1);
    clock.advance(1_900);
    expect([await load(), await load()]).toEqual([1, 1]);
    clock.advance(100);
    expect(await load()).toBe(2);
  });

  test('what was there before is not trusted then', async () => {
    await cache.set('a', 0);
    server.fault = 'refused';
    server.cutOff();
    expect(await load()).toBe(1);
  });

  test('an invalidation in this process counts, though others could not be told', async () => {
    server.fault = 'refused';
    server.cutOff();
    await load();
    await failureOf(cache.invalidateTags(['t']));
    expect(await load()).toBe(2);
    await cache.delete('a');
    expect(await load()).toBe(3);
    await failureOf(cache.clear());
    expect(await load()).toBe(4);
  });

  test('a load that began before a delete is not kept', async () => {
    server.fault = 'refused';
    const gate = deferred<number>();
    const loading = cache.getOrSet('a', () => gate.promise);
    await flush();
    await cache.delete('a');
    gate.resolve(1);
    expect(await loading).toBe(1);
    expect(await cache.get('a')).toBeUndefined();
  });

  test.each(['silent', 'slow'] as const)('a %s fill leaves nothing where a delete came in between', async (far) => {
    const store = storeOf();
    const loaded = entryOf('loaded');
    const gate = deferred<void>();
    if (far === 'slow') server.gate = gate.promise;
    else server.fault = 'silent';
    const filling = store.fill?.('a', undefined, loaded) as Promise<boolean>;
    await flush();
    server.fault = 'refused';
    await failureOf(store.delete('a') as Promise<boolean>);
    gate.resolve();
    expect(await within(1_000, filling)).toBe(far === 'slow');
    server.gate = undefined;
    server.fault = 'none';
    expect((await store.get('a'))?.value).toBeUndefined();
  });

  test('what another process invalidated meanwhile is not trusted afterwards', async () => {
    const other = overServer();
    await other.get('a');
    server.cutOff();
    server.fault = 'refused';
    expect(await load()).toBe(1);
    server.fault = 'none';
    await other.invalidateTags(['t']);
    expect(await load()).toBe(1);
    server.reconnect();
    expect(await load()).toBe(2);
  });

  test('is trusted afterwards for as long as it was kept, if nobody invalidated it', async () => {
    server.cutOff();
    server.fault = 'refused';
    expect(await load()).toBe(1);
    server.fault = 'none';
    server.reconnect();
    expect(await load()).toBe(1);
    clock.advance(3_000);
    expect(await load()).toBe(2);
    clock.advance(3_000);
    expect(await load()).toBe(2);
    expect(await overServer().get('a')).toBe(2);
  });

  test('leaves nothing in doubt: what the far tier has is read again', async () => {
    const other = overServer();
    await other.set('kept', 'far');
    server.fault = 'refused';
    expect(await cache.getOrSet('kept', () => 'loaded')).toBe('loaded');
    server.fault = 'none';
    clock.advance(3_000);
    server.calls.length = 0;
    expect(await cache.get('kept')).toBe('far');
    expect(server.calls).toEqual(['get']);
  });

  test('a refused value is not kept', async () => {
    await cache.getOrSet('a', () => ({ call: () => {} }));
    expect(await cache.get('a')).toBeUndefined();
    expect(errors).toMatchObject([{ event: { error: { code: 'ERR_CACHE_VALUE' } } }]);
  });
});

describe('what is set while nobody tells of invalidations', () => {
  test('is not undone by an older value, in whichever tier', async () => {
    await cache.set('a', 'old');
    server.cutOff();
    server.fault = 'refused';
    await cache.set('a', 'new');
    await cache.setMany([['b', 'new']]);
    server.fault = 'none';
    server.reconnect();
    expect(await cache.getMany(['a', 'b'])).toEqual(['new', 'new']);
    clock.advance(TIMES.l1Ttl);
    expect(await cache.get('a')).not.toBe('old');
  });

  test('reaches the far tier, where others judge it by their log', async () => {
    const other = overServer();
    server.cutOff();
    await cache.set('a', 1, { tags: ['t'] });
    await cache.set('b', 1);
    server.reconnect();
    expect(await other.getMany(['a', 'b'])).toEqual([1, 1]);
    await other.invalidateTags(['t']);
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, 1]);
  });
});

describe('circuit breaker', () => {
  test('after a few failures the far tier is left alone, and it is said once', async () => {
    server.fault = 'refused';
    await open();
    server.calls.length = 0;
    for (let count = 0; count < 10; count += 1) await cache.get(`more ${count}`);
    expect(server.calls).toEqual([]);
    const said = errors.filter((each) => JSON.stringify(each).includes('left alone for 2000 ms'));
    expect(said).toHaveLength(1);
  });

  test('then one call at a time tries it, until it works', async () => {
    server.fault = 'refused';
    await open();
    clock.advance(2_000);
    server.calls.length = 0;
    await Promise.all([cache.get('x'), cache.get('y'), cache.get('z')]);
    expect(server.calls).toEqual(['get']);
    server.fault = 'none';
    clock.advance(2_000);
    await cache.get('x');
    server.calls.length = 0;
    await Promise.all([cache.get('x'), cache.get('y')]);
    expect(server.calls).toEqual(['get', 'get']);
  });

  test('works again within 5 s after the far tier is back', async () => {
    await overServer().set('a', 'far');
    server.fault = 'silent';
    for (let count = 0; count < 5; count += 1) await within(1_000, cache.get('a'));
    server.fault = 'none';
    const back = clock.now();
    while ((await within(1_000, cache.get('a'))) === undefined) clock.advance(100);
    expect(clock.now() - back).toBeLessThan(5_000);
  });

  test('a value that cannot be stored is no reason to leave the far tier alone', async () => {
    for (let count = 0; count < 5; count += 1) {
      await expect(cache.set('a', { call: () => {} })).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    }
    await cache.set('b', 1);
    expect(await overServer().get('b')).toBe(1);
    expect(await cache.get('a')).toBeUndefined();
  });
});

describe('when the far tier is back', () => {
  test('what was set meanwhile is not undone by an older value there', async () => {
    await cache.set('a', 'old');
    server.fault = 'refused';
    await cache.set('a', 'new');
    server.fault = 'none';
    expect(await cache.get('a')).toBe('new');
    clock.advance(TIMES.l1Ttl);
    expect(await cache.get('a')).toBeUndefined();
    await flush();
    expect(await overServer().get('a')).toBeUndefined();
  });

  test('what was deleted meanwhile does not come back', async () => {
    await cache.set('a', 'old');
    server.fault = 'refused';
    await cache.delete('a');
    server.fault = 'none';
    expect(await cache.get('a')).toBeUndefined();
    await cache.get('other');
    await flush();
    expect(await overServer().get('a')).toBeUndefined();
  });

  test('what was cleared meanwhile does not come back', async () => {
    const store = storeOf();
    const entry = await written(store, 'a');
    server.fault = 'refused';
    await expect(async () => store.clear()).rejects.toThrow('refused');
    server.fault = 'none';
    expect(await store.get('a')).toBeUndefined();
    clock.advance(1);
    await store.set('a', { ...entry, storedAt: clock.now() });
    expect((await store.get('a'))?.value).toBe('a');
  });

  test('a set afterwards counts at once', async () => {
    server.fault = 'refused';
    await cache.set('a', 1);
    server.fault = 'none';
    await cache.set('a', 2);
    clock.advance(TIMES.l1Ttl);
    expect(await cache.get('a')).toBe(2);
  });

  test('a write that was given up on and lands late is taken back', async () => {
    const gate = deferred<void>();
    server.gate = gate.promise;
    const failed = failureOf(cache.increment('n'));
    expect(await within(20_000, failed)).toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    gate.resolve();
    server.gate = undefined;
    await flush();
    clock.advance(2_000);
    await cache.get('other');
    await flush();
    expect(await overServer().get('n')).toBeUndefined();
    expect(await cache.increment('n')).toBe(1);
  });

  test('beyond ten thousand such keys, all that was stored until then is in doubt', async () => {
    const store = storeOf();
    const entry = await written(store, 'a');
    const later = storeOf();
    server.fault = 'refused';
    for (let count = 0; count <= 10_000; count += 1) await later.set(`key ${count}`, entry);
    server.fault = 'none';
    clock.advance(2_000);
    expect(await later.get('a')).toBeUndefined();
    await store.set('a', { ...entry, storedAt: clock.now() });
    expect((await later.get('a'))?.value).toBe('a');
  });
});

describe('when the near tier fails', () => {
  test.each([
    ['get', { get: () => Promise.reject(new Error('near')), getMany: () => Promise.reject(new Error('near')) }],
    ['get, at once', { get: () => fail(), getMany: () => fail() }],
    ['set', { set: () => fail(), setMany: () => Promise.reject(new Error('near')) }],
    ['delete', { delete: () => fail(), deleteMany: () => fail() }],
    [
      'all',
      { get: () => fail(), getMany: () => fail(), set: () => fail(), setMany: () => fail(), delete: () => fail() },
    ],
  ] satisfies (readonly [string, Partial<Store>])[])('%s: the far tier is enough', async (_name, faults) => {
    const near = faultyBackend(faults);
    const tested = overServer({ backend: tiered({ ...TIMES, l1: near, l2: server.client() }) });
    await tested.set('a', 1);
    expect(await tested.get('a')).toBe(1);
    expect(await tested.getMany(['a'])).toEqual([1]);
    await tested.set('a', 2);
    expect(await tested.get('a')).toBe(2);
    await tested.delete('a');
    expect(await tested.get('a')).toBeUndefined();
  });

  test('a slow near tier is waited for as long as its timeout says', async () => {
    const near = faultyBackend({ get: () => new Promise(() => {}) });
    const tested = overServer({ backend: tiered({ ...TIMES, l1: near, l2: server.client(), l1Timeout: 50 }) });
    await tested.set('a', 1);
    expect(await within(100, tested.get('a'))).toBe(1);
  });
});

function fail(): never {
  throw new Error('near');
}

function storeOf(): Store {
  const backend = tiered({ ...TIMES, l1: memory({ maxEntries: 20_000 }), l2: server.client() });
  return backend.open({ name: 'store', version: '1', clock, report: () => {} });
}

async function written(store: Store, key: string): Promise<Entry> {
  const entry = entryOf(key);
  await store.set(key, entry);
  return entry;
}

function entryOf(value: unknown): Entry {
  const until = clock.now() + 3_600_000;
  return {
    value,
    storedAt: clock.now(),
    staleAt: until,
    revalidateUntil: until,
    errorUntil: until,
    deleteAt: until,
    limitAt: Infinity,
    tags: [],
    position: 0,
    copyOnRead: false,
    token: undefined,
    checkedAt: -1,
  };
}
