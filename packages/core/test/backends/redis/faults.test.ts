import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { type FaultProxy, faultProxy } from '../../../src/testing/index.ts';
import { startRedis } from '@cache/services/redis';
import { controlledLoads } from '../../support/controlled-loads.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import {
  afterThisTest,
  bareClient,
  cleanUpAfterEach,
  coldCache,
  entry,
  openStore,
  ownPrefix,
  redisCache,
  useRedis,
} from './support.ts';

const server = useRedis();
cleanUpAfterEach();
expectNoUnhandledRejections();

const TIMEOUT = 100;

async function proxied(): Promise<{ proxy: FaultProxy; at: { host: string; port: number } }> {
  const proxy = await faultProxy(server);
  afterThisTest(() => proxy.close());
  return { proxy, at: { host: proxy.host, port: proxy.port } };
}

const FAULTS: [string, (proxy: FaultProxy) => unknown][] = [
  ['down', (proxy) => proxy.down()],
  ['half-open', (proxy) => proxy.blackhole()],
  ['slow', (proxy) => proxy.latency(400)],
  ['frozen', (proxy) => proxy.freeze()],
  ['frozen in the middle of an answer', (proxy) => proxy.freeze(3)],
  ['reset', (proxy) => proxy.reset()],
  ['slicing', (proxy) => proxy.slice(1)],
];

describe.each(FAULTS)('a server that is %s', (name, fault) => {
  it.each(['a client of its own', 'a client of the user with the defaults of ioredis'])(
    'fails no call whose loader works, and is used again within seconds (%s)',
    async (whose) => {
      const { proxy, at } = await proxied();
      const prefix = ownPrefix();
      const own = whose === 'a client of its own';
      const connection = own ? at : bareClient(at, { socketTimeout: 1_000 });
      const { cache } = await redisCache(connection, { prefix, timeout: TIMEOUT });
      // A busy machine can be slower than the short time-out of this test before anything is wrong.
      await vi.waitFor(
        async () => {
          await cache.set('k', 'stored');
          expect(await cache.get('k')).toBe('stored');
        },
        { timeout: 10_000 },
      );
      await fault(proxy);
      for (let round = 0; round < 30; round += 1) {
        const value = await cache.getOrSet(`k${round}`, () => round);
        expect(value).toBe(round);
        await cache.set('k', 'stored again');
        await cache.delete('none');
      }
      await Promise.all(Array.from({ length: 200 }, () => cache.getOrSet('one key', () => 1)));
      const reachable = name === 'reset' || name === 'slicing';
      expect(reachable ? ['stored', 'stored again', undefined] : [undefined]).toContain(await cache.get('k'));
      await proxy.pass();
      await expect
        .poll(
          async () => {
            await cache.set('after', 1);
            return cache.get('after');
          },
          { interval: 50, timeout: 5_000 },
        )
        .toBe(1);
    },
    20_000,
  );
});

describe('a server that is not there at the start', () => {
  it.each(['refused', 'half-open'])(
    '(%s) fails nothing, costs next to nothing, and is used when it comes',
    async (how) => {
      const { proxy, at } = await proxied();
      if (how === 'refused') await proxy.down();
      else proxy.blackhole();
      const { cache } = coldCache(at, { prefix: ownPrefix(), timeout: TIMEOUT });
      for (let round = 0; round < 10; round += 1) expect(await cache.getOrSet('k', () => round)).toBe(round);
      await proxy.pass();
      await expect
        .poll(
          async () => {
            await cache.set('k', 'stored');
            return cache.get('k');
          },
          { interval: 50, timeout: 5_000 },
        )
        .toBe('stored');
    },
    20_000,
  );
});

describe('the circuit breaker', () => {
  it('sends next to nothing to a server that does not answer', async () => {
    const { proxy, at } = await proxied();
    const client = bareClient(at);
    const { store } = openStore(client, { prefix: ownPrefix(), timeout: 50 });
    await store.set('k', entry(1));
    proxy.freeze();
    let sent = 0;
    const send = client.sendCommand.bind(client);
    client.sendCommand = (...parameters: Parameters<Redis['sendCommand']>) => {
      sent += 1;
      return send(...parameters);
    };
    for (let round = 0; round < 200; round += 1) {
      await expect(Promise.resolve(store.get('k'))).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    }
    expect(sent).toBeLessThan(20);
  });

  it('does not take errors of the server for silence', async () => {
    const { store } = openStore(server.url, { prefix: ownPrefix(), maxValueBytes: 100 });
    for (let round = 0; round < 20; round += 1) {
      await expect(async () => store.set('k', entry('x'.repeat(100)))).rejects.toMatchObject({
        code: 'ERR_CACHE_VALUE',
      });
    }
    await store.set('k', entry(1));
    expect(await store.get('k')).toMatchObject({ value: 1 });
  });
});

describe('a write that was given up on', () => {
  const WRITES = ['set', 'delete', 'swap', 'append', 'sweep'] as const;

  it.each(WRITES)('does not take effect when it arrives later (%s)', async (write) => {
    const { proxy, at } = await proxied();
    const prefix = ownPrefix();
    const { store } = openStore(bareClient(at), { prefix, timeout: 50 });
    const direct = openStore(server.url, { prefix }).store;
    await store.set('k', entry('before'));
    await store.log?.append(['x']);
    const before = await direct.get('k');
    const length = await bareClient(server).xlen(`${prefix}:{cache:1}:log`);
    proxy.freeze();
    const attempt = {
      set: () => store.set('k', entry('late')),
      delete: () => store.delete('k'),
      swap: () => store.swap('k', before, entry('late')),
      append: () => store.log?.append(['late']),
      sweep: () => store.clear(),
    }[write];
    await expect(async () => attempt()).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    await proxy.pass();
    // Answers come in order: when this one is there, the late one has been dealt with.
    await expect.poll(() => store.get('k'), { interval: 20, timeout: 3_000 }).toMatchObject({ value: 'before' });
    expect((await direct.get('k'))?.token).toBe(before?.token);
    expect(await bareClient(server).xlen(`${prefix}:{cache:1}:log`)).toBe(length);
  });

  it('does not take effect either when the scripts were unknown', async () => {
    const { proxy, at } = await proxied();
    const prefix = ownPrefix();
    const { store } = openStore(bareClient(at), { prefix, timeout: 50 });
    await store.set('k', entry('before'));
    await bareClient(server).script('FLUSH');
    proxy.freeze();
    await expect(async () => store.set('k', entry('late'))).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    await proxy.pass();
    await expect.poll(() => store.get('k'), { interval: 20, timeout: 3_000 }).toMatchObject({ value: 'before' });
    expect(await store.get('k')).toMatchObject({ value: 'before' });
  });

  it('does not take effect when the server itself stood still', async () => {
    const own = await startRedis();
    afterThisTest(() => own.stop());
    const { store } = openStore(bareClient(own), { prefix: ownPrefix(), timeout: 50 });
    await store.set('k', entry('before'));
    own.server.signal('SIGSTOP');
    await expect(async () => store.set('k', entry('late'))).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    own.server.signal('SIGCONT');
    await expect.poll(() => store.get('k'), { interval: 20, timeout: 3_000 }).toMatchObject({ value: 'before' });
  });
});

describe('a server that takes no writes', () => {
  it('(READONLY) still answers reads, and fails no call', async () => {
    const own = await startRedis();
    afterThisTest(() => own.stop());
    const { cache } = await redisCache(bareClient(own), { prefix: ownPrefix() });
    await cache.set('k', 1);
    const client = bareClient(own);
    // A replica of nobody: it serves what it has.
    await client.call('REPLICAOF', '127.0.0.1', '1');
    expect(await cache.get('k')).toBe(1);
    await cache.set('k', 2);
    expect(await cache.getOrSet('new', () => 3)).toBe(3);
    await client.call('REPLICAOF', 'NO', 'ONE');
    await cache.set('k', 4);
    expect(await cache.get('k')).toBe(4);
  });

  it('(OOM) keeps no older value than the one it refused, and forgets what is deleted', async () => {
    const own = await startRedis(['--maxmemory-policy', 'noeviction']);
    afterThisTest(() => own.stop());
    const { cache, errors } = await redisCache(own.url, { prefix: ownPrefix() });
    for (const key of ['set', 'deleted', 'kept']) await cache.set(key, 'old');
    await bareClient(own).config('SET', 'maxmemory', '1');
    await cache.set('set', 'new');
    expect(errors.map(({ operation }) => operation)).toEqual(['backend set']);
    expect(await cache.get('set')).toBeUndefined();
    expect(await cache.delete('deleted')).toBe(true);
    expect(await cache.get('deleted')).toBeUndefined();
    expect(await cache.get('kept')).toBe('old');
    expect(await cache.getOrSet('loaded', () => 1)).toBe(1);
    await expect(cache.invalidateTags(['t'])).rejects.toThrow('OOM');
    await bareClient(own).config('SET', 'maxmemory', '0');
    await cache.set('set', 'newer');
    expect(await cache.get('set')).toBe('newer');
  });
});

describe('an invalidation that could not be shared', () => {
  it('still holds in this process, for what was stored before', async () => {
    const { proxy, at } = await proxied();
    const prefix = ownPrefix();
    const { cache } = await redisCache(bareClient(at), { prefix, timeout: TIMEOUT });
    await cache.set('k', 'old', { tags: ['t'] });
    proxy.freeze();
    await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    await proxy.pass();
    expect(await cache.get('k')).toBeUndefined();
    // Names that were owed to the others become usable again.
    await expect
      .poll(
        async () => {
          await cache.set('k', 'new', { tags: ['t'] });
          return cache.get('k');
        },
        { interval: 20, timeout: 5_000 },
      )
      .toBe('new');
  });

  it('leaves the position that this process and the others agree on', async () => {
    const { proxy, at } = await proxied();
    const prefix = ownPrefix();
    const { cache } = await redisCache(bareClient(at), { prefix, timeout: TIMEOUT });
    const other = await redisCache(server.url, { prefix });
    proxy.freeze();
    await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    await proxy.pass();
    const loads = controlledLoads<string>();
    const loading = cache.getOrSet('k', loads.loader, { tags: ['u'] });
    await expect.poll(() => loads.count, { interval: 2 }).toBe(1);
    await other.cache.invalidateTags(['u']);
    loads.load().finish('old');
    await loading;
    await expect.poll(() => cache.get('k'), { interval: 5 }).toBeUndefined();
    expect(await other.cache.get('k')).toBeUndefined();
  });
});
