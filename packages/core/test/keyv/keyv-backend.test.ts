import KeyvRedis from '@keyv/redis';
import { Keyv } from 'keyv';
import { describe, expect, test } from 'vitest';
import { Items } from '../../src/backends/keyv/items.ts';
import { systemClock } from '../../src/clock.ts';
import { type Cache, createCache, type Store } from '../../src/index.ts';
import { keyv } from '../../src/keyv/index.ts';
import { redisServer, startRedis } from '@cache/services/redis';
import { poll } from '@cache/services/poll';
import { type Deferred, deferred, failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';
import { entryOf } from '../../src/testing/contract/entries.ts';
import { TextStore } from './text-store.ts';

expectNoUnhandledRejections();

/** Calls wait while `hold` is set, until the test lets them go on. */
class HeldStore extends TextStore {
  hold = false;
  readonly held: Deferred<void>[] = [];

  override async get<Value>(key: string): Promise<Value | undefined> {
    await this.#pass();
    return super.get<Value>(key);
  }

  override async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#pass();
    return super.set(key, value, ttl);
  }

  release(): void {
    this.hold = false;
    for (const { resolve } of this.held.splice(0)) resolve();
  }

  async #pass(): Promise<void> {
    if (!this.hold) return;
    const turn = deferred<void>();
    this.held.push(turn);
    await turn.promise;
  }
}

/** Tells of a failure by an event and answers that nothing is there, as the stores of Keyv for servers do. */
class TellingStore extends TextStore {
  broken = false;
  readonly #listeners: ((error: unknown) => void)[] = [];

  override async get<Value>(key: string): Promise<Value | undefined> {
    if (!this.broken) return super.get<Value>(key);
    for (const listener of this.#listeners) listener(new Error('away'));
    return undefined;
  }

  override on(_event: string, listener: (error: unknown) => void): this {
    this.#listeners.push(listener);
    return this;
  }
}

function storeOn(store: TextStore, options = {}): Store {
  const context = { name: 'cache', version: '1', clock: systemClock, report: () => {} };
  return keyv(new Keyv(store), { timeout: 150, ...options }).open(context);
}

describe('one process', () => {
  test('what another backend wrote into the same Keyv is never read, nor is it harmed', async () => {
    const instance = new Keyv();
    const [before, after] = [1, 2].map(() => createCache({ backend: keyv(instance) })) as [Cache, Cache];
    await before.set('a', 1, { ttl: 'forever', tags: ['t'] });
    expect(await after.get('a')).toBeUndefined();
    await after.set('a', 2);
    await after.clear();
    expect(await before.get('a')).toBe(1);
  });

  test('what else is in the Keyv is left alone', async () => {
    const instance = new Keyv();
    await instance.set('mine', 1);
    const cache = createCache({ backend: keyv(instance) });
    await cache.set('mine', 2);
    await cache.clear();
    await cache.close();
    expect(await instance.get('mine')).toBe(1);
  });

  test('what was invalidated is loaded once, and then there again', async () => {
    const cache = createCache({ backend: keyv(new Keyv(new TextStore()), { timeout: '5s' }) });
    let loads = 0;
    const load = (): Promise<number> => cache.getOrSet('a', () => ++loads, { tags: ['t'] });
    expect([await load(), await load()]).toEqual([1, 1]);
    await cache.invalidateTags(['t']);
    expect([await load(), await load()]).toEqual([2, 2]);
    await cache.clear();
    expect([await load(), await load()]).toEqual([3, 3]);
    await cache.delete('a');
    expect([await load(), await load()]).toEqual([4, 4]);
  });

  test('counts and locks are exact', async () => {
    const cache = createCache({ backend: keyv(new Keyv(new TextStore()), { timeout: '5s' }), backendTimeout: '5s' });
    const counts = await Promise.all(Array.from({ length: 50 }, () => cache.increment('count')));
    expect(new Set(counts).size).toBe(50);
    const lock = await cache.lock('work');
    await expect(cache.lock('work', { wait: 0 })).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    await lock.release();
    await (await cache.lock('work')).release();
  });
});

describe('what is stored', () => {
  test('leaves the Keyv a minute after its time, and after `maxTtl` at the latest', async () => {
    const texts = new TextStore();
    const store = storeOn(texts, { timeout: '5s', maxTtl: '1h' });
    const now = Date.now();
    const until = (instant: number): object => ({ staleAt: instant, revalidateUntil: instant, errorUntil: instant });
    await store.set('short', entryOf(1, until(now + 10_000)));
    await store.set('long', entryOf(1, until(now + 7_200_000)));
    await store.set('for ever', entryOf(1, until(Infinity)));
    await store.delete('short');
    const [short = 0, ...others] = texts.ttls;
    expect(short).toBeGreaterThan(60_000);
    expect(short).toBeLessThanOrEqual(70_000);
    expect(others).toEqual([3_660_000, 3_660_000, 60_000]);
  });

  test('is under names that any store takes', async () => {
    const texts = new TextStore();
    const store = storeOn(texts, { timeout: '5s', prefix: 'shop' });
    await store.set('ключ with\r\n\0 everything'.repeat(100), entryOf(1));
    expect([...texts.texts.keys()]).toEqual([expect.stringMatching(/^keyv:shop:[0-9a-f]{40}$/)]);
  });

  test('is a miss when it was damaged, or belongs to another key', async () => {
    const texts = new TextStore();
    const store = storeOn(texts, { timeout: '5s' });
    await store.set('a', entryOf(1));
    await store.set('b', entryOf(2));
    const [[a, textOfA], [b]] = [...texts.texts] as [[string, string], [string, string]];
    texts.texts.set(b, textOfA);
    texts.texts.set(a, JSON.stringify({ value: 'nonsense' }));
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, undefined]);
  });
});

describe('a store that hangs', () => {
  test('delays nobody for long, and the loader is asked', async () => {
    const held = new HeldStore();
    const cache = createCache({ backend: keyv(new Keyv(held), { timeout: 30 }) });
    const errors = recordEvents(cache, 'error');
    await cache.set('a', 1);
    held.hold = true;
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getOrSet('a', () => 2)).toBe(2);
    await expect(cache.increment('count')).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    expect(errors.length).toBeGreaterThan(2);
    held.release();
    await cache.close();
  });

  test('a write that was given up on is never read, when it is done later', async () => {
    const held = new HeldStore();
    const store = storeOn(held);
    await store.set('a', entryOf('old'));
    held.hold = true;
    expect(await failureOf(store.set('a', entryOf('late')) as Promise<void>)).toMatchObject({
      code: 'ERR_CACHE_BACKEND',
    });
    held.hold = false;
    expect(await store.get('a')).toBeUndefined();
    await store.set('a', entryOf('new'));
    held.release();
    await flush();
    expect((await store.get('a'))?.value).toBe('new');
  });

  test('a deletion that was given up on is one all the same', async () => {
    const held = new HeldStore();
    const store = storeOn(held);
    await store.set('a', entryOf('old'));
    held.hold = true;
    await failureOf(store.delete('a') as Promise<boolean>);
    held.hold = false;
    expect(await store.get('a')).toBeUndefined();
    held.release();
  });

  test('a write that never gets its turn is given up on like any other', async () => {
    const held = new HeldStore();
    const store = storeOn(held);
    await store.set('a', entryOf('old'));
    held.hold = true;
    await Promise.all([1, 2, 3].map((value) => failureOf(store.set('a', entryOf(value)) as Promise<void>)));
    held.release();
    await flush();
    expect(await store.get('a')).toBeUndefined();
  });

  test('what has no time left is not begun', async () => {
    const texts = new TextStore();
    const items = new Items(new Keyv(texts), 30);
    await expect(items.set('a', 'late', 1_000, performance.now() - 1)).rejects.toMatchObject({
      code: 'ERR_CACHE_BACKEND',
    });
    expect(texts.texts.size).toBe(0);
  });

  test('is left alone after five failures', async () => {
    const held = new HeldStore();
    const store = storeOn(held);
    held.hold = true;
    await Promise.all(Array.from({ length: 5 }, (_, index) => failureOf(store.get(`${index}`) as Promise<unknown>)));
    await expect(store.get('a')).rejects.toThrow('left alone');
    expect(held.held.length).toBe(5);
    held.release();
  });
});

test('a swap that a clear overtakes brings nothing back', async () => {
  const held = new HeldStore();
  const store = storeOn(held, { timeout: '5s' });
  await store.set('a', entryOf(1));
  const read = await store.get('a');
  held.hold = true;
  const swapping = store.swap('a', read, entryOf(2));
  await poll('the swap reads', () => held.held.length === 1);
  await store.clear();
  held.release();
  await swapping;
  expect(await store.get('a')).toBeUndefined();
});

test('a set waits for the swap before it, and is not undone by it', async () => {
  const held = new HeldStore();
  const store = storeOn(held, { timeout: '5s' });
  held.hold = true;
  const swapping = store.swap('a', undefined, entryOf('swapped'));
  const setting = store.set('a', entryOf('set'));
  await poll('the swap reads', () => held.held.length === 1);
  held.release();
  await Promise.all([swapping, setting]);
  expect((await store.get('a'))?.value).toBe('set');
});

test('a thousand failed writes cost the other entries, and no memory', async () => {
  const texts = new TextStore();
  const store = storeOn(texts, { timeout: '5s' });
  await store.set('a', entryOf(1));
  const circle: unknown[] = [];
  const refused = Array.from({ length: 1_001 }, (_, index) =>
    failureOf(
      store.set(
        `${index}`,
        entryOf(() => circle),
      ) as Promise<void>,
    ),
  );
  expect(await Promise.all(refused)).toHaveLength(1_001);
  expect(await store.get('a')).toBeUndefined();
  await store.set('a', entryOf(2));
  expect((await store.get('a'))?.value).toBe(2);
});

describe('a store that fails', () => {
  test('a rejecting one is reported, and nothing is taken for absent', async () => {
    const texts = new TextStore();
    const cache = createCache({ backend: keyv(new Keyv(texts)) });
    const errors = recordEvents(cache, 'error');
    await cache.increment('count', 57);
    const get = texts.get.bind(texts);
    texts.get = () => Promise.reject(new Error('away'));
    expect(await cache.getOrSet('a', () => 2)).toBe(2);
    await expect(cache.increment('count')).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    expect(errors[0]?.event).toMatchObject({ error: new Error('away') });
    texts.get = get;
    expect(await cache.increment('count')).toBe(58);
  });

  test('nor when it only tells and answers that nothing is there', async () => {
    const texts = new TellingStore();
    const cache = createCache({ backend: keyv(new Keyv(texts)) });
    const errors = recordEvents(cache, 'error');
    await cache.increment('count', 57);
    texts.broken = true;
    expect(await cache.getMany(['count', 'a'])).toEqual([undefined, undefined]);
    await expect(cache.increment('count')).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    expect(errors.map(({ event }) => event)).toMatchObject([
      { error: new Error('away') },
      { error: new Error('away') },
    ]);
    texts.broken = false;
    expect(await cache.increment('count')).toBe(58);
  });

  test('one whose writes fail keeps no older value', async () => {
    const texts = new TextStore();
    const cache = createCache({ backend: keyv(new Keyv(texts)) });
    const errors = recordEvents(cache, 'error');
    await cache.set('a', 1);
    const set = texts.set.bind(texts);
    texts.set = async () => false;
    await cache.set('a', 2);
    texts.set = set;
    expect(await cache.get('a')).toBeUndefined();
    expect(errors).toHaveLength(1);
  });

  test('Redis killed and back: no call fails whose loader works, and the cache works again', async () => {
    const own = await startRedis();
    const instance = new Keyv(new KeyvRedis(own.url));
    const cache = createCache({ backend: keyv(instance, { timeout: 200 }) });
    const works = async (): Promise<boolean> => {
      await cache.set('a', 1);
      return (await cache.get('a')) === 1;
    };
    await poll('the cache stores', works);
    const errors = recordEvents(cache, 'error');
    await own.server.kill();
    for (let round = 0; round < 10; round += 1) expect(await cache.getOrSet(`b${round}`, () => round)).toBe(round);
    expect(errors.length).toBeGreaterThan(0);
    await own.restart();
    await poll('the cache stores again', works);
    await cache.close();
    await instance.disconnect();
    await own.stop();
  });
});

describe('closing and options', () => {
  test('the Keyv stays open, and is no longer listened to', async () => {
    const server = await redisServer();
    const instance = new Keyv(new KeyvRedis(server.url));
    const before = instance.listeners('error').length;
    const backend = keyv(instance, { timeout: '5s' });
    const cache = createCache({ backend });
    await cache.set('a', 1);
    await cache.close();
    await backend.close();
    expect(await cache.get('a')).toBeUndefined();
    expect(instance.listeners('error')).toHaveLength(before);
    expect(await instance.set('mine', 1)).toBe(true);
    await instance.disconnect();
    await server.stop();
  });

  test.each([
    ['prefix', { prefix: 'a b' }],
    ['prefix', { prefix: 'x'.repeat(31) }],
    ['codec', { codec: {} }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: 'forever' }],
    ['maxTtl', { maxTtl: 0 }],
    ['maxTtl', { maxTtl: -1 }],
    ['other', { other: 1 }],
  ])('refuses a wrong `%s`', (option, options) => {
    expect(() => keyv(new Keyv(), options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }),
    );
  });

  test.each([[new Map()], [new TextStore()], [null], [undefined], ['redis://localhost']])(
    'refuses %o as a Keyv',
    (given) => {
      expect(() => keyv(given as never)).toThrow(expect.objectContaining({ option: 'instance' }));
    },
  );
});
