import { Memcache } from 'memcache';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memcached } from '../../../src/backends/memcached/index.ts';
import { type Backend, createCache, type Store } from '../../../src/index.ts';
import { type OwnMemcached, startMemcached } from '@cache/services/memcached';
import { poll } from '@cache/services/poll';
import { failureOf } from '../../support/deferred.ts';
import { recordEvents } from '../../support/record-events.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { ask, contextOf, entryUntil } from './support.ts';

expectNoUnhandledRejections();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let server: OwnMemcached;
let backend: Backend;
let count = 0;

beforeAll(async () => {
  server = await startMemcached();
  backend = memcached(server.address, { timeout: '5s', pollInterval: 20 });
});

afterAll(async () => {
  await backend.close();
  await server.stop();
});

/** A store that no other test uses, and the name under which it keeps things. */
function newStore(options = {}): { store: Store; prefix: string } {
  count += 1;
  const prefix = `t${count}`;
  const own = memcached(server.address, { timeout: '5s', pollInterval: 20, prefix, ...options });
  opened.push(own);
  return { store: own.open(contextOf('cache')), prefix };
}

const opened: Backend[] = [];
afterAll(async () => {
  for (const each of opened) await each.close();
});

/** The items of a store as the server lists them: name and time of expiry in seconds, -1 for never. */
async function items(prefix: string): Promise<{ name: string; expires: number }[]> {
  const dump = await ask(server.port, 'lru_crawler metadump all');
  return dump
    .split('\n')
    .map((line) => /^key=(\S+) exp=(-?\d+)/.exec(line))
    .flatMap((found) =>
      found === null ? [] : [{ name: decodeURIComponent(found[1] ?? ''), expires: Number(found[2]) }],
    )
    .filter(({ name }) => name.startsWith(`${prefix}:`) && !name.endsWith(':page'));
}

describe('items', () => {
  test('a plain key is part of the name, any other is replaced by its hash', async () => {
    const { store, prefix } = newStore();
    await store.set('city:1', entryUntil(1, Date.now() + HOUR));
    await store.set('with space', entryUntil(1, Date.now() + HOUR));
    await store.set('x'.repeat(240), entryUntil(1, Date.now() + HOUR));
    const names = (await items(prefix)).map(({ name }) => name.split(':').slice(3).join(':'));
    expect(names).toContain('city:1');
    expect(names.filter((name) => /^#[\w-]{43}$/.test(name))).toHaveLength(2);
  });

  test('bytes under the name of a key that are of another key, or of nobody, are a miss', async () => {
    const { store, prefix } = newStore();
    await store.set('a', entryUntil('a', Date.now() + HOUR));
    await store.set('b', entryUntil('b', Date.now() + HOUR));
    const names = (await items(prefix)).map(({ name }) => name);
    const [a, b] = ['a', 'b'].map((key) => names.find((name) => name.endsWith(`:${key}`)) ?? '');
    const [, , bytesOfA] = /VALUE \S+ 0 (\d+)\r\n(\S+)/.exec(await ask(server.port, `get ${a}`)) ?? [];
    await ask(server.port, `set ${b} 0 0 ${bytesOfA?.length}\r\n${bytesOfA}`);
    expect(await store.get('b')).toBeUndefined();
    await ask(server.port, `set ${b} 0 0 5\r\nhello`);
    expect(await store.getMany(['a', 'b'])).toMatchObject([{ value: 'a' }, undefined]);
    expect(await store.swap('b', await store.get('b'), entryUntil('new', Date.now() + HOUR))).toBe(true);
    expect((await store.get('b'))?.value).toBe('new');
  });

  test.each([
    ['an hour', HOUR],
    ['30 days', 30 * DAY],
    ['31 days', 31 * DAY],
    ['a year', 365 * DAY],
  ])('a lifetime of %s reaches the server', async (_name, lifetime) => {
    const { store, prefix } = newStore();
    await store.set('a', entryUntil(1, Date.now() + lifetime));
    const [item] = await items(prefix);
    expect(Math.abs((item?.expires ?? 0) - (Date.now() + lifetime) / 1_000)).toBeLessThan(10);
  });

  test.each([
    ['for ever', Infinity],
    ['beyond 2038', Date.now() + 36_500 * DAY],
  ])('a lifetime %s is one without end', async (_name, until) => {
    const { store, prefix } = newStore();
    await store.set('a', entryUntil(1, until));
    expect(await items(prefix)).toMatchObject([{ expires: -1 }]);
  });

  test('what is left of a deleted entry goes after a minute', async () => {
    const { store, prefix } = newStore();
    await store.delete('a');
    const [item] = await items(prefix);
    expect(Math.abs((item?.expires ?? 0) - Date.now() / 1_000 - 60)).toBeLessThan(10);
  });
});

describe('size', () => {
  const large = 'x'.repeat(2_000_000);

  test.each([
    ['that this backend refuses', {}],
    ['that the server refuses', { maxItemBytes: 100_000_000 }],
  ])('an entry %s is an error, and the older value is gone', async (_name, options) => {
    const { store } = newStore(options);
    const until = Date.now() + HOUR;
    await store.set('a', entryUntil('old', until));
    await expect(store.set('a', entryUntil(large, until))).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect((await store.get('a'))?.deleteAt ?? 0).toBe(0);
    await store.set('b', entryUntil('old', until));
    const read = await store.get('b');
    await expect(store.swap('b', read, entryUntil(large, until))).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect((await store.get('b'))?.deleteAt ?? 0).toBe(0);
    await expect(
      store.setMany([
        ['c', entryUntil(1, until)],
        ['d', entryUntil(large, until)],
      ]),
    ).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect((await store.get('c'))?.value).toBe(1);
  });

  test('400 KB is fine', async () => {
    const { store } = newStore();
    const value = Buffer.alloc(400_000, 7);
    await store.set('a', entryUntil(value, Infinity));
    // Compared as bytes: byte by byte takes seconds.
    expect(value.equals((await store.get('a'))?.value as Uint8Array)).toBe(true);
  });
});

describe('log', () => {
  test('a cache hears what another one invalidates and clears', async () => {
    const [one, other] = [1, 2].map(() =>
      memcached(server.address, { timeout: '5s', pollInterval: 20, prefix: 'two' }),
    );
    const caches = [one, other].map((each) => createCache({ backend: each as Backend }));
    const [first, second] = caches as [(typeof caches)[0], (typeof caches)[0]];
    await poll('the first cache stores', async () => {
      await first.set('a', 1, { tags: ['t'] });
      return (await first.get('a')) === 1;
    });
    await poll('the second cache sees it', async () => (await second.get('a')) === 1);
    await first.invalidateTags(['t']);
    expect(await first.get('a')).toBeUndefined();
    await poll('the second cache has heard of it', async () => (await second.get('a')) === undefined);
    await first.set('b', 1);
    await poll('the second cache sees it', async () => (await second.get('b')) === 1);
    await second.clear();
    await poll('the first cache has heard of it', async () => (await first.get('b')) === undefined);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  test('when the server loses everything, nothing of before is valid, and the cache goes on', async () => {
    const cache = createCache({
      backend: memcached(server.address, { timeout: '5s', pollInterval: 20, prefix: 'lost' }),
    });
    const set = async (): Promise<boolean> => {
      await cache.set('a', 1);
      return (await cache.get('a')) === 1;
    };
    await poll('the cache stores', set);
    await ask(server.port, 'flush_all');
    expect(await cache.get('a')).toBeUndefined();
    await poll('the cache stores again', set);
    await cache.close();
  });

  test('a lost page alone makes the entries invalid', async () => {
    const prefix = 'page';
    const cache = createCache({ backend: memcached(server.address, { timeout: '5s', pollInterval: 20, prefix }) });
    await poll('the cache stores', async () => {
      await cache.set('a', 1);
      return (await cache.get('a')) === 1;
    });
    const dump = await ask(server.port, 'lru_crawler metadump all');
    const page = /key=(page%3A\S+%3Apage|page:\S+:page) /.exec(dump)?.[1] ?? '';
    expect(await ask(server.port, `delete ${decodeURIComponent(page)}`)).toBe('DELETED\r\n');
    await poll('the entry is invalid', async () => (await cache.get('a')) === undefined);
    await cache.close();
  });
});

describe('a server in trouble', () => {
  test('killed and back: no call fails whose loader works, and the cache works again', async () => {
    const own = await startMemcached();
    const cache = createCache({ backend: memcached(own.address, { timeout: 100, pollInterval: 20 }) });
    const errors = recordEvents(cache, 'error');
    const works = async (): Promise<boolean> => {
      await cache.set('a', 1);
      return (await cache.get('a')) === 1;
    };
    await poll('the cache stores', works);
    await own.server.kill();
    for (let round = 0; round < 10; round += 1) expect(await cache.getOrSet(`b${round}`, () => round)).toBe(round);
    expect(errors.length).toBeGreaterThan(0);
    await own.restart();
    await poll('the cache stores again', works);
    await cache.close();
    await own.stop();
  });

  test('silent: calls end, the entries are no longer trusted after three seconds, and all goes on when it wakes up', async () => {
    const own = await startMemcached();
    const silent = memcached(own.address, { timeout: 60, pollInterval: 20 });
    const reports: string[] = [];
    const store = silent.open(contextOf('silent', reports));
    const told: string[] = [];
    store.log?.follow({ caughtUp: () => told.push('caught up'), apply() {}, lost: () => told.push('lost') });
    await poll('the log is followed', () => told.length === 1);
    await store.set('a', entryUntil(1, Date.now() + HOUR));
    own.server.signal('SIGSTOP');
    // The signal takes a moment.
    await expect
      .poll(() => failureOf(store.get('a') as Promise<unknown>), { interval: 5 })
      .toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    await poll('nothing is trusted', () => told.length === 2, 6_000);
    expect(told).toEqual(['caught up', 'lost']);
    expect(reports).toEqual(['log']);
    own.server.signal('SIGCONT');
    await poll('the log is followed again', () => told.length === 3);
    expect((await store.get('a'))?.value).toBe(1);
    await silent.close();
    await own.stop();
  });

  test('nobody there: calls fail at once after a few', async () => {
    const nobody = memcached('127.0.0.1:1', { timeout: '5s', pollInterval: '1s' });
    const store = nobody.open(contextOf('nobody'));
    await expect(store.get('a')).rejects.toThrow('ECONNREFUSED');
    for (let round = 0; round < 5; round += 1) await failureOf(store.get('a') as Promise<unknown>);
    await expect(store.get('a')).rejects.toThrow('left alone');
    await nobody.close();
  });
});

describe('clients and options', () => {
  test('a client of the caller is used and left open', async () => {
    const client = new Memcache({ nodes: [server.address] });
    const own = memcached(client, { timeout: '5s', prefix: 'own' });
    const store = own.open(contextOf('own'));
    await store.set('a', entryUntil(1, Infinity));
    expect((await store.get('a'))?.value).toBe(1);
    await own.close();
    await expect(store.get('a')).rejects.toThrow('closed');
    expect(client.nodes[0]?.isConnected()).toBe(true);
    await client.quit();
  });

  test('several servers share the keys', async () => {
    const second = await startMemcached();
    const both = memcached([server.address, second.address], { timeout: '5s', prefix: 'both' });
    const store = both.open(contextOf('both'));
    const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`);
    await store.setMany(keys.map((key) => [key, entryUntil(key, Infinity)] as const));
    expect((await store.getMany(keys)).map((entry) => entry?.value)).toEqual(keys);
    const counts = await Promise.all([server, second].map(({ port }) => ask(port, 'stats')));
    for (const stats of counts) expect(Number(/curr_items (\d+)/.exec(stats)?.[1])).toBeGreaterThan(0);
    expect(await store.swap('key 1', await store.get('key 1'), entryUntil(1, Infinity))).toBe(true);
    await both.close();
    await second.stop();
  });

  test.each([
    ['prefix', { prefix: 'a b' }],
    ['prefix', { prefix: 'x'.repeat(31) }],
    ['codec', { codec: {} }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: 'forever' }],
    ['pollInterval', { pollInterval: '2s' }],
    ['maxItemBytes', { maxItemBytes: -1 }],
    ['other', { other: 1 }],
  ])('refuses a wrong `%s`', (option, options) => {
    expect(() => memcached('localhost', options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }),
    );
  });

  test.each([[''], [[]], [[1]], [null], [{}]])('refuses %o as servers', (servers) => {
    expect(() => memcached(servers as never)).toThrow(expect.objectContaining({ option: 'servers' }));
  });
});
