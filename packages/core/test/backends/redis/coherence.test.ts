import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Cache } from '../../../src/index.ts';
import { faultProxy } from '../../../src/testing/index.ts';
import { startRedis } from '@cache/services/redis';
import { controlledLoads } from '../../support/controlled-loads.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { afterThisTest, bareClient, cleanUpAfterEach, ownPrefix, redisCache, useRedis } from './support.ts';

const server = useRedis();
cleanUpAfterEach();
expectNoUnhandledRejections();

/** Waits until a cache that is not the one that invalidated has heard of it. */
const gone = (cache: Cache, key: string) => expect.poll(() => cache.get(key), { interval: 5 }).toBeUndefined();
const there = (cache: Cache, key: string, value: unknown) =>
  expect.poll(() => cache.get(key), { interval: 5, timeout: 5_000 }).toEqual(value);

async function twoCaches(): Promise<[Cache, Cache]> {
  const prefix = ownPrefix();
  const [a, b] = await Promise.all([redisCache(server.url, { prefix }), redisCache(server.url, { prefix })]);
  return [a.cache, b.cache];
}

describe('two processes', () => {
  it('share values, deletions, tags and namespaces', async () => {
    const [a, b] = await twoCaches();
    await a.set('k', 1, { tags: ['t'] });
    await a.namespace('n').set('k', 2);
    expect(await b.get('k')).toBe(1);
    expect(await b.namespace('n').get('k')).toBe(2);
    await b.namespace('n').clear();
    await gone(a.namespace('n'), 'k');
    expect(await a.get('k')).toBe(1);
    await b.invalidateTags(['t']);
    expect(await b.get('k')).toBeUndefined();
    await gone(a, 'k');
    await a.set('k', 3);
    expect(await b.delete('k')).toBe(true);
    expect(await a.get('k')).toBeUndefined();
    await a.set('k', 4);
    await b.clear();
    await gone(a, 'k');
  });

  it('do not store a load that began before the other one invalidated its tag', async () => {
    const [a, b] = await twoCaches();
    const loads = controlledLoads<string>();
    const loading = a.getOrSet('k', loads.loader, { tags: ['t'] });
    await expect.poll(() => loads.count, { interval: 5 }).toBe(1);
    await b.invalidateTags(['t']);
    loads.load().finish('old');
    await loading;
    await expect.poll(() => a.get('k'), { interval: 5 }).toBeUndefined();
    expect(await b.get('k')).toBeUndefined();
    expect(await b.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new');
    await there(a, 'k', 'new');
  });

  it.each(['delete', 'set'] as const)('do not store a load over a %s of the other one', async (change) => {
    const [a, b] = await twoCaches();
    const loads = controlledLoads<string>();
    const loading = a.getOrSet('k', loads.loader);
    await expect.poll(() => loads.count, { interval: 5 }).toBe(1);
    if (change === 'delete') await b.delete('k');
    else await b.set('k', 'set');
    loads.load().finish('old');
    await loading;
    const expected = change === 'delete' ? undefined : 'set';
    expect(await a.get('k')).toBe(expected);
    expect(await b.get('k')).toBe(expected);
  });

  it('know of what was invalidated before they began', async () => {
    const prefix = ownPrefix();
    const a = await redisCache(server.url, { prefix });
    const loads = controlledLoads<string>();
    const loading = a.cache.getOrSet('k', loads.loader, { tags: ['t'] });
    await expect.poll(() => loads.count, { interval: 5 }).toBe(1);
    // Stored by the bare store of somebody who does not know yet, as a slow process would.
    await a.cache.set('slow', 'old', { tags: ['t'] });
    const bytes = await bareClient(server).getBuffer(`${prefix}:cache:1:slow`);
    await a.cache.invalidateTags(['t']);
    await bareClient(server).set(`${prefix}:cache:1:slow`, bytes ?? '');
    const late = await redisCache(server.url, { prefix });
    expect(await late.cache.get('slow')).toBeUndefined();
    loads.load().finish('old');
    await loading;
  });

  it('increment one number', async () => {
    const [a, b] = await twoCaches();
    await Promise.all(Array.from({ length: 20 }, (_, index) => a.namespace('n').set(`k${index}`, index)));
    await Promise.all([a, b].flatMap((cache) => Array.from({ length: 10 }, () => cache.increment('count'))));
    expect(await a.get('count')).toBe(20);
  });
});

describe('a process of its own', () => {
  it('shares invalidations both ways, and ends after close', async () => {
    const prefix = ownPrefix();
    const { cache } = await redisCache(server.url, { prefix });
    const path = fileURLToPath(new URL('./other-process.mjs', import.meta.url));
    const child = fork(path, [server.url, prefix], { execArgv: [] });
    afterThisTest(() => child.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const call = (...message: unknown[]) =>
      new Promise<unknown>((resolve, reject) => {
        child.once('message', (answer: { result?: unknown }) => resolve(answer.result));
        void ended.then((code) => reject(new Error(`The other process ended with ${code}.`)));
        child.send(message as [string]);
      });
    await cache.set('k', 1, { tags: ['t'] });
    expect(await call('get', 'k')).toBe(1);
    await call('invalidateTags', ['t']);
    await gone(cache, 'k');
    await call('set', 'k', 2, ['t']);
    await there(cache, 'k', 2);
    await cache.invalidateTags(['t']);
    await expect.poll(() => call('get', 'k'), { interval: 5 }).toBeUndefined();
    await call('close');
    expect(await ended).toBe(0);
  }, 20_000);
});

describe('the log', () => {
  it('is replayed to a process that was cut off, without losing trust in the rest if that was short', async () => {
    const prefix = ownPrefix();
    const proxy = await faultProxy(server);
    afterThisTest(() => proxy.close());
    const a = await redisCache(server.url, { prefix });
    const b = await redisCache({ host: proxy.host, port: proxy.port }, { prefix });
    await a.cache.set('kept', 1);
    await a.cache.set('k', 2, { tags: ['t'] });
    expect(await b.cache.get('k')).toBe(2);
    await proxy.down();
    await a.cache.invalidateTags(['t']);
    await proxy.pass();
    await there(b.cache, 'kept', 1);
    await gone(b.cache, 'k');
  });

  it('that cannot be heard for three seconds makes every entry a miss, until it can again', async () => {
    const prefix = ownPrefix();
    const proxy = await faultProxy(server);
    afterThisTest(() => proxy.close());
    const a = await redisCache(server.url, { prefix });
    const client = bareClient({ host: proxy.host, port: proxy.port });
    // Reads go to the server, only the log is cut off.
    const direct = bareClient(server);
    const mixed = new Proxy(direct, {
      get: (target, name) => {
        const from = name === 'duplicate' ? client : target;
        const value: unknown = Reflect.get(from, name);
        return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(from) : value;
      },
    });
    const b = await redisCache(mixed, { prefix });
    await a.cache.set('k', 1, { tags: ['t'] });
    expect(await b.cache.get('k')).toBe(1);
    proxy.blackhole();
    await a.cache.invalidateTags(['t']);
    await a.cache.set('other', 2);
    await expect.poll(() => b.cache.get('k'), { interval: 50, timeout: 6_000 }).toBeUndefined();
    expect(await b.cache.get('other')).toBeUndefined();
    await proxy.pass();
    await there(b.cache, 'other', 2);
    expect(await b.cache.get('k')).toBeUndefined();
  }, 20_000);

  it.each(['FLUSHALL', 'restart'])(
    'that is lost (%s) makes what was stored before invalid',
    async (how) => {
      const own = await startRedis();
      afterThisTest(() => own.stop());
      const prefix = ownPrefix();
      const a = await redisCache(own.url, { prefix });
      const b = await redisCache(own.url, { prefix });
      const client = bareClient(own);
      const id = `${prefix}:cache:1:k`;
      await a.cache.invalidateTags(['other']);
      await a.cache.set('k', 'old', { tags: ['t'] });
      expect(await b.cache.get('k')).toBe('old');
      const bytes = (await client.getBuffer(id)) ?? '';
      // All names that the entry depends on were invalidated before it was made, so that they are remembered.
      await a.cache.clear();
      await a.cache.set('untouched', 'old', { tags: ['other'] });
      const untouched = (await client.getBuffer(`${prefix}:cache:1:untouched`)) ?? '';
      await a.cache.invalidateTags(['t']);
      if (how === 'FLUSHALL') await client.flushall();
      else {
        await own.server.kill();
        await own.restart();
      }
      // As if the entry had survived where the log had not: on another node of a Cluster, or in an older snapshot.
      await expect.poll(() => client.set(id, bytes), { interval: 20, timeout: 5_000 }).toBe('OK');
      const c = await redisCache(own.url, { prefix });
      await client.set(`${prefix}:cache:1:untouched`, untouched);
      for (const { cache } of [a, b, c]) await gone(cache, 'untouched');
      for (let round = 0; round < 20; round += 1) {
        for (const { cache } of [a, b, c]) expect(await cache.get('k')).toBeUndefined();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await expect
        .poll(
          async () => {
            await a.cache.set('fresh', 'new', { tags: ['t'] });
            return b.cache.get('fresh');
          },
          { interval: 20, timeout: 5_000 },
        )
        .toBe('new');
      await a.cache.invalidateTags(['t']);
      await gone(b.cache, 'fresh');
      await gone(c.cache, 'fresh');
    },
    30_000,
  );

  it('of a server that comes back with an older snapshot makes what is in it invalid', async () => {
    const own = await startRedis();
    afterThisTest(() => own.stop());
    const prefix = ownPrefix();
    const a = await redisCache(own.url, { prefix });
    await a.cache.set('k', 'old', { tags: ['t'] });
    const client = bareClient(own);
    await client.save();
    await a.cache.invalidateTags(['t']);
    await a.cache.close();
    await own.server.kill();
    await own.restart();
    // Nobody is left who knows of the invalidation.
    await expect.poll(() => client.exists(`${prefix}:cache:1:k`), { interval: 20, timeout: 5_000 }).toBe(1);
    const b = await redisCache(own.url, { prefix });
    expect(await b.cache.get('k')).toBeUndefined();
    await b.cache.set('k', 'new', { tags: ['t'] });
    expect(await b.cache.get('k')).toBe('new');
  }, 20_000);

  it('is trimmed, and who begins later trusts nothing older than what is left', async () => {
    const prefix = ownPrefix();
    const a = await redisCache(server.url, { prefix });
    await a.cache.set('before', 1);
    const bytes = (await bareClient(server).getBuffer(`${prefix}:cache:1:before`)) ?? '';
    for (let index = 0; index < 5; index += 1) await a.cache.invalidateTags([`t${index}`]);
    await a.cache.set('after', 2);
    await bareClient(server).xtrim(`${prefix}:{cache:1}:log`, 'MAXLEN', '=', 2);
    await bareClient(server).set(`${prefix}:cache:1:before`, bytes);
    expect(await a.cache.get('before')).toBe(1);
    const b = await redisCache(server.url, { prefix });
    expect(await b.cache.get('before')).toBeUndefined();
    expect(await b.cache.get('after')).toBe(2);
    expect(b.errors).toEqual([]);
  });

  it('of thousands of records is read from the beginning', async () => {
    const prefix = ownPrefix();
    const a = await redisCache(server.url, { prefix });
    await a.cache.set('k', 1, { tags: ['t0'] });
    const bytes = (await bareClient(server).getBuffer(`${prefix}:cache:1:k`)) ?? '';
    for (let round = 0; round < 25; round += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => a.cache.invalidateTags([`t${round * 100 + index}`])));
    }
    await bareClient(server).set(`${prefix}:cache:1:k`, bytes);
    const b = await redisCache(server.url, { prefix });
    await a.cache.set('new', 2, { tags: ['t0', 't2499'] });
    await there(b.cache, 'new', 2);
    expect(await b.cache.get('k')).toBeUndefined();
  }, 20_000);
});
