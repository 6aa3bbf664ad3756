import { describe, expect, it } from 'vitest';
import { jsonCodec } from '../../../src/backends/redis/index.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import {
  bareClient,
  cleanUpAfterEach,
  commandsDuring,
  entry,
  openStore,
  ownPrefix,
  redisCache,
  useRedis,
} from './support.ts';

const server = useRedis();
cleanUpAfterEach();
expectNoUnhandledRejections();

describe('an entry', () => {
  it('comes back as it was, with the deadlines, and expires in Redis with the last of them', async () => {
    const prefix = ownPrefix();
    const { store } = openStore(server.url, { prefix });
    const value = { date: new Date(5), map: new Map([[1n, new Set(['ä', '\0'])]]), bytes: new Uint8Array([1, 2]) };
    const stored = entry(value, {
      tags: ['t', 'ü'],
      position: 7,
      errorUntil: Date.now() + 90_000,
      deleteAt: Date.now() + 90_000,
    });
    await store.set('k', stored);
    const found = await store.get('k');
    expect(found).toMatchObject({ ...stored, deleteAt: stored.errorUntil, token: found?.token });
    expect(found?.token).toHaveLength(8);
    const left = await bareClient(server).pttl(`${prefix}:cache:1:k`);
    expect(left).toBeGreaterThan(60_000);
    expect(left).toBeLessThanOrEqual(90_000);
  });

  it('that never expires has no deadline in Redis', async () => {
    const prefix = ownPrefix();
    const { store } = openStore(server.url, { prefix });
    const forever = { staleAt: Infinity, revalidateUntil: Infinity, errorUntil: Infinity, deleteAt: Infinity };
    await store.set('k', entry(1, forever));
    expect(await bareClient(server).pttl(`${prefix}:cache:1:k`)).toBe(-1);
    expect(await store.get('k')).toMatchObject({ value: 1, ...forever });
  });

  it('above the threshold is compressed, and read by readers with another one', async () => {
    const prefix = ownPrefix();
    const text = 'text '.repeat(2_000);
    const writer = openStore(server.url, { prefix, compressAbove: 1_000 }).store;
    const reader = openStore(server.url, { prefix, compressAbove: Infinity }).store;
    await writer.set('long', entry(text));
    await writer.set('short', entry('text'));
    expect(await bareClient(server).strlen(`${prefix}:cache:1:long`)).toBeLessThan(1_000);
    expect(await reader.get('long')).toMatchObject({ value: text });
    expect(await reader.get('short')).toMatchObject({ value: 'text' });
    const found = await reader.get('long');
    expect(await reader.swap('long', found, entry('next'))).toBe(true);
    expect(await writer.delete('long')).toBe(true);
  });

  it('that is too large or cannot be encoded is refused, and does not leave an older one', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix(), maxValueBytes: 1_000 });
    for (const bad of ['x'.repeat(1_000), () => {}]) {
      await store.set('k', entry('old'));
      await expect(async () => store.set('k', entry(bad))).rejects.toThrow(/allowed: 1000|could not be cloned/);
      expect(await store.get('k')).toMatchObject({ value: null, deleteAt: 0 });
    }
  });

  it('is found in the order of the keys, many at once', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    await store.setMany([
      ['a', entry(1)],
      ['b', entry(2)],
    ]);
    const found = await store.getMany(['b', 'none', 'a', 'b']);
    expect(found.map((one) => one?.value)).toEqual([2, undefined, 1, 2]);
    expect(await store.getMany([])).toEqual([]);
    expect(await store.deleteMany(['a', 'none', 'b'])).toBe(2);
  });
});

describe('delete', () => {
  it('tells whether a live entry was there, and leaves a mark for a minute', async () => {
    const prefix = ownPrefix();
    const { store } = openStore(server.url, { prefix });
    expect(await store.delete('k')).toBe(false);
    expect(await store.delete('k')).toBe(false);
    await store.set('k', entry(1));
    expect(await store.delete('k')).toBe(true);
    expect(await store.delete('k')).toBe(false);
    expect(await store.get('k')).toMatchObject({ value: null, staleAt: 0, deleteAt: 0 });
    const left = await bareClient(server).pttl(`${prefix}:cache:1:k`);
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
    const past = Date.now() - 1;
    await store.set(
      'k',
      entry(1, { staleAt: past, revalidateUntil: past, errorUntil: past, deleteAt: Date.now() + 5_000 }),
    );
    expect(await store.delete('k')).toBe(false);
  });
});

describe('swap', () => {
  it('stores where there was nothing, once', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    const done = await Promise.all([1, 2, 3].map(async (value) => store.swap('k', undefined, entry(value))));
    expect(done.filter(Boolean)).toHaveLength(1);
  });

  it('replaces exactly what was found', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    await store.set('k', entry(1));
    const found = await store.get('k');
    expect(await store.swap('k', found, entry(2))).toBe(true);
    expect(await store.swap('k', found, entry(3))).toBe(false);
    expect(await store.swap('k', undefined, entry(3))).toBe(false);
    expect(await store.swap('k', entry(2), entry(3))).toBe(false);
    expect(await store.get('k')).toMatchObject({ value: 2 });
  });

  it('fails after a deletion, whatever it expects but the mark of it', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    await store.delete('never there');
    expect(await store.swap('never there', undefined, entry(1))).toBe(false);
    await store.set('k', entry(1));
    const found = await store.get('k');
    expect(await store.swap('k', found, undefined)).toBe(true);
    expect(await store.swap('k', found, entry(2))).toBe(false);
    expect(await store.swap('k', undefined, entry(2))).toBe(false);
    const mark = await store.get('k');
    expect(mark).toMatchObject({ deleteAt: 0 });
    expect(await store.swap('k', mark, entry(2))).toBe(true);
  });

  it('takes what has gone by itself for still there', async () => {
    const prefix = ownPrefix();
    const { store } = openStore(server.url, { prefix });
    await store.set('k', entry(1));
    const found = await store.get('k');
    await bareClient(server).del(`${prefix}:cache:1:k`);
    expect(await store.swap('k', found, entry(2))).toBe(true);
  });
});

describe('what cannot be read', () => {
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ['empty', () => Buffer.alloc(0)],
    ['short', (bytes) => bytes.subarray(0, 12)],
    ['cut', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['foreign', () => Buffer.from('{"a":1}'.repeat(20))],
    ['of another version', (bytes) => Buffer.concat([Buffer.from('c2'), bytes.subarray(2)])],
    ['corrupt', (bytes) => Buffer.from(bytes.map((byte, index) => (index === bytes.length - 2 ? byte ^ 1 : byte)))],
  ];

  it.each(damages)('(%s) is a miss that the next load replaces', async (_, damage) => {
    const prefix = ownPrefix();
    const { cache, errors } = await redisCache(server.url, { prefix });
    const client = bareClient(server);
    const id = `${prefix}:cache:1:k`;
    await cache.set('k', { some: 'value' });
    await client.set(id, damage((await client.getBuffer(id)) ?? Buffer.alloc(0)));
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(await cache.getOrSet('k', () => 'loaded again')).toBe('loaded');
    expect(errors).toEqual([]);
  });

  it('(a list) is a miss, and can be overwritten and deleted', async () => {
    const prefix = ownPrefix();
    const { store } = openStore(server.url, { prefix });
    const client = bareClient(server);
    await client.lpush(`${prefix}:cache:1:k`, 'x');
    expect(await store.get('k')).toBeUndefined();
    expect(await store.getMany(['k'])).toEqual([undefined]);
    expect(await store.delete('k')).toBe(false);
    await client.del(`${prefix}:cache:1:k`);
    await client.lpush(`${prefix}:cache:1:k`, 'x');
    await store.set('k', entry(1));
    expect(await store.get('k')).toMatchObject({ value: 1 });
  });

  it('(of another codec, of another key) is a miss', async () => {
    const prefix = ownPrefix();
    const clone = openStore(server.url, { prefix }).store;
    const json = openStore(server.url, { prefix, codec: jsonCodec }).store;
    await clone.set('k', entry(1));
    expect(await json.get('k')).toBeUndefined();
    expect(await json.swap('k', undefined, entry(2))).toBe(true);
    expect(await json.get('k')).toMatchObject({ value: 2 });
    expect(await clone.get('k')).toBeUndefined();
    await bareClient(server).copy(`${prefix}:cache:1:k`, `${prefix}:cache:1:other`);
    expect(await json.get('other')).toBeUndefined();
  });
});

describe('clear and keys', () => {
  it('touch only their own store', async () => {
    const prefix = ownPrefix();
    const { backend, store } = openStore(server.url, { prefix });
    const report = (): void => {};
    const clock = { now: Date.now, after: () => () => {} };
    const others = [
      backend.open({ name: 'cache', version: '2', clock, report }),
      backend.open({ name: 'cache2', version: '1', clock, report }),
      openStore(server.url, { prefix: `${prefix}x` }).store,
    ];
    for (const other of [store, ...others]) await other.set('k', entry(1));
    await store.clear();
    expect(await store.get('k')).toBeUndefined();
    for (const other of others) expect(await other.get('k')).toMatchObject({ value: 1 });
    expect(await all(store.keys?.(''))).toEqual([]);
  });

  it('go over more keys than one step of a scan, special characters included', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    const keys = [...Array.from({ length: 1_200 }, (_, index) => `a*[${index}]?\\`), 'b', 'a', 'a*'];
    await store.setMany(keys.map((key) => [key, entry(1)]));
    await store.delete('a*[7]?\\');
    expect(new Set(await all(store.keys?.('a*[')))).toEqual(
      new Set(keys.filter((key) => key.startsWith('a*[') && key !== 'a*[7]?\\')),
    );
    await store.clear();
    expect(await all(store.keys?.(''))).toEqual([]);
  });

  it('leave the marks of deletions where they are', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    await store.set('k', entry(1));
    await store.delete('k');
    await store.clear();
    expect(await store.swap('k', undefined, entry('loaded before the deletion'))).toBe(false);
  });
});

describe('commands', () => {
  it('are one for a hit, with and without tags, and one for a write', async () => {
    const prefix = ownPrefix();
    const { cache } = await redisCache(server.url, { prefix });
    const tagged = { tags: ['t1', 't2', 't3'] };
    await cache.set('plain', 1);
    await cache.set('tagged', 2, tagged);
    await cache.invalidateTags(['other']);
    const ids = (name: string) => `${prefix}:cache:1:${name}`;
    expect(await commandsDuring(server, () => cache.get('plain'))).toEqual([['get', ids('plain')]]);
    expect(await commandsDuring(server, () => cache.get('tagged'))).toEqual([['get', ids('tagged')]]);
    expect(await commandsDuring(server, () => cache.getOrSet('tagged', () => 3, tagged))).toEqual([
      ['get', ids('tagged')],
    ]);
    expect(names(await commandsDuring(server, () => cache.set('tagged', 4, tagged)))).toEqual(['evalsha']);
    expect(names(await commandsDuring(server, () => cache.getOrSet('new', () => 5, tagged)))).toEqual([
      'get',
      'evalsha',
    ]);
    expect(names(await commandsDuring(server, () => cache.invalidateTags(['t1', 't2'])))).toEqual(['evalsha']);
  });

  it('are one for many keys', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    await store.set('a', entry(1));
    expect(names(await commandsDuring(server, async () => store.getMany(['a', 'b', 'c'])))).toEqual(['mget']);
  });

  it('reach a server that has forgotten the scripts', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix() });
    await store.set('k', entry(1));
    await bareClient(server).script('FLUSH');
    await store.set('k', entry(2));
    expect(await store.get('k')).toMatchObject({ value: 2 });
  });
});

describe('a client with a key prefix', () => {
  it('works, scans and the log included', async () => {
    const prefix = ownPrefix();
    const client = bareClient(server, { keyPrefix: 'app*:' });
    const { cache, errors } = await redisCache(client, { prefix });
    await cache.set('k', 1, { tags: ['t'] });
    expect(await bareClient(server).exists(`app*:${prefix}:cache:1:k`)).toBe(1);
    await cache.invalidateTags(['t']);
    expect(await cache.get('k')).toBeUndefined();
    const { store } = openStore(client, { prefix });
    await store.set('k', entry(1));
    expect(await all(store.keys?.(''))).toEqual(['k']);
    await store.clear();
    expect(await store.get('k')).toBeUndefined();
    expect(errors).toEqual([]);
  });
});

describe('close', () => {
  it('leaves a client that was passed in open, without listeners, and finds nothing any more', async () => {
    const client = bareClient(server);
    await client.ping();
    const listeners = ['ready', 'close', 'end', 'error'].map((event) => client.listenerCount(event));
    const { store, backend } = openStore(client, { prefix: ownPrefix() });
    await store.set('k', entry(1));
    await backend.close();
    expect(await store.get('k')).toBeUndefined();
    await store.set('k', entry(2));
    expect(await client.ping()).toBe('PONG');
    expect(['ready', 'close', 'end', 'error'].map((event) => client.listenerCount(event))).toEqual(listeners);
  });
});

async function all(keys: AsyncIterable<string> | undefined): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys ?? []) found.push(key);
  return found;
}

function names(commands: readonly (readonly string[])[]): (string | undefined)[] {
  return commands.map(([name]) => name);
}
