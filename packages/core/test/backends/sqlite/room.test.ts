import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/backends/backend.ts';
import { fakeClock } from '../../../src/testing/index.ts';
import { createEntry } from '../../../src/entry.ts';
import { entryFiles } from './support/raw.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';

cleanUpAfterEach();

const clock = fakeClock();
const entryOf = (value: unknown, ttl: number = Infinity) => {
  const parts = { value, tags: [], position: Number.MAX_SAFE_INTEGER, limitAt: Infinity, copyOnRead: false };
  return createEntry(parts, { ttl, staleWhileRevalidate: 0, staleIfError: 0 }, clock.now());
};
const live = async (store: Store) => {
  const keys: string[] = [];
  for await (const key of store.keys?.('') ?? []) keys.push(key);
  return keys.sort();
};
/** Each takes a good 1,000 bytes of 10,500. */
const options = { maxBytes: 10_500 };
async function fill(store: Store, keys: readonly string[], ttl?: number): Promise<void> {
  for (const key of keys) {
    clock.advance(10);
    await store.set(key, entryOf('x'.repeat(750), ttl));
  }
}
const letters = 'abcdefghij'.split('');

describe('the byte limit', () => {
  it('lets the least recently stored go first, however often they are read', async () => {
    const here = world();
    const backend = here.backend(options);
    const store = here.store(backend, clock);
    await fill(store, letters);
    for (let reads = 0; reads < 5; reads += 1) await store.get('a');
    await fill(store, ['b', 'k', 'l']);
    expect(await live(store)).toEqual(['b', ...letters.slice(3), 'k', 'l']);
    expect(backend.stats()).toMatchObject({ evictions: 2, entries: 10 });
  });

  it('lets the least recently used go first', async () => {
    const here = world();
    const store = here.store(here.backend({ ...options, eviction: 'least-recently-used' }), clock);
    await fill(store, letters);
    clock.advance(10);
    await store.getMany(['a', 'c']);
    await fill(store, ['k', 'l']);
    const left = await live(store);
    expect(left).toEqual(expect.arrayContaining(['a', 'c', 'k', 'l']));
    expect(left).not.toContain('b');
  });

  it('lets the least frequently used go first', async () => {
    const here = world();
    const store = here.store(here.backend({ ...options, eviction: 'least-frequently-used' }), clock);
    await fill(store, letters);
    for (const key of letters) if (key !== 'e') await store.get(key);
    await store.getMany(['a', 'c', 'j']);
    await fill(store, ['k']);
    const left = await live(store);
    expect(left).toEqual(expect.arrayContaining(['a', 'c', 'j']));
    expect(left).not.toContain('e');
  });

  it('is not kept by eviction none, but expired values still go', async () => {
    const here = world();
    const backend = here.backend({ ...options, eviction: 'none' });
    const store = here.store(backend, clock);
    await fill(store, letters.slice(0, 5), 1_000);
    await fill(store, letters.slice(5));
    await fill(store, ['k', 'l', 'm']);
    expect(backend.stats().bytes).toBeGreaterThan(options.maxBytes);
    clock.advance(61_000);
    await fill(store, ['n']);
    expect(await live(store)).toEqual(['f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n']);
    expect(backend.stats()).toMatchObject({ entries: 9, evictions: 0 });
  });

  it('holds for large values among small ones, with a bounded work for each write', async () => {
    const here = world();
    const backend = here.backend({ maxBytes: 200_000, fileAbove: 30_000 });
    const store = here.store(backend, clock);
    for (let index = 0; index < 400; index += 1) {
      await store.set(`small ${index}`, entryOf('x'.repeat(300)));
      if (index % 40 === 39) await store.set(`large ${index}`, entryOf('x'.repeat(60_000)));
    }
    await expect.poll(() => backend.stats().bytes, { interval: 2 }).toBeLessThanOrEqual(200_000);
    expect(await backend.check()).toEqual([]);
  });

  it('keeps the file near the limit too', async () => {
    const here = world();
    const backend = here.backend({ maxBytes: 2_000_000 });
    const store = here.store(backend, clock);
    for (let round = 0; round < 20; round += 1) {
      const pairs = Array.from({ length: 200 }, (_, index) => [`${round} ${index}`, entryOf('x'.repeat(900))] as const);
      await store.setMany(pairs);
      await expect.poll(() => backend.stats().bytes, { interval: 1 }).toBeLessThanOrEqual(2_000_000);
    }
    const [path = ''] = entryFiles(here.directory);
    expect(statSync(path).size).toBeLessThan(3_500_000);
  });

  it('does not store a value larger than all of it, nor leaves the one before', async () => {
    const here = world();
    const store = here.store(here.backend(options), clock);
    await store.set('a', entryOf('small'));
    const large = entryOf('x'.repeat(20_000));
    await expect(async () => store.set('a', large)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect((await store.get('a'))?.deleteAt).toBe(0);
    expect(await live(store)).toEqual([]);
  });

  it('keeps what deletions left behind longer than values', async () => {
    const here = world();
    const store = here.store(here.backend(options), clock);
    const before = await store.get('deleted');
    await store.delete('deleted');
    await fill(store, [...letters, ...letters.map((letter) => `${letter}2`)]);
    expect(await store.swap('deleted', before, entryOf('loaded before'))).toBe(false);
  });

  it('says once that it was reached', async () => {
    const warnings: string[] = [];
    const here = world();
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    const store = here.store(here.backend(options), clock);
    await fill(store, [...letters, ...letters.map((letter) => `${letter}2`)]);
    await here.store(here.backend(options), clock).set('b3', entryOf('x'.repeat(900)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings.filter((message) => message.includes(here.directory))).toHaveLength(1);
  });
});

describe('expired values', () => {
  it('go bit by bit with writes', async () => {
    const here = world();
    const backend = here.backend();
    const store = here.store(backend, clock);
    await fill(store, letters, 1_000);
    clock.advance(61_000);
    await fill(
      store,
      Array.from({ length: 10 }, (_, index) => `new ${index}`),
    );
    expect(backend.stats().entries).toBe(10);
  });

  it('go with expire(), those just stored without letting an older load in', async () => {
    const here = world();
    const backend = here.backend({ fileAbove: 700 });
    const store = here.store(backend, clock);
    const nothing = await store.get('c');
    await fill(store, ['a', 'b', 'c'], 1_000);
    await fill(store, ['d']);
    const found = await store.get('b');
    clock.advance(2_000);
    expect(await backend.expire()).toBe(3);
    expect(await backend.expire()).toBe(0);
    expect(backend.stats()).toMatchObject({ entries: 1, files: 1 });
    expect(await store.swap('c', nothing, entryOf('older'))).toBe(false);
    expect(await store.swap('b', found, entryOf('next'))).toBe(true);
    expect(await backend.check()).toEqual([]);
    clock.advance(61_000);
    expect(await backend.expire()).toBe(0);
  });

  it('go with cull(), and then what is over the limit', async () => {
    const here = world();
    const big = here.backend({ maxBytes: 100_000 });
    await fill(here.store(big, clock), letters, 1_000);
    await fill(
      here.store(big, clock),
      letters.map((letter) => `${letter}2`),
    );
    clock.advance(70_000);
    const backend = here.backend({ maxBytes: 5_200 });
    const store = here.store(backend, clock);
    expect(await backend.cull()).toBe(15);
    expect(await live(store)).toEqual(['f2', 'g2', 'h2', 'i2', 'j2']);
  });
});

describe('statistics', () => {
  it('count hits and misses of all backends on the directory', async () => {
    const here = world();
    const [one, two] = [here.backend({ statistics: true }), here.backend({ statistics: true })];
    const [first, second] = [here.store(one, clock), here.store(two, clock)];
    await first.set('a', entryOf(1));
    await first.set('gone', entryOf(1, 5));
    clock.advance(10);
    await first.getMany(['a', 'b', 'gone']);
    await second.get('a');
    two.stats();
    expect(one.stats()).toMatchObject({ hits: 2, misses: 2, droppedWrites: 0, entries: 2 });
  });
});
