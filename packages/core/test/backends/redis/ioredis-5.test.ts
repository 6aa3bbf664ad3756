import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RedisCluster, startCluster } from '@cache/services/redis';
import { faultProxy } from '../../../src/testing/index.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { describeEngine, sharedAndPersistent } from '../contract/engine.ts';
import { afterThisTest, cleanUpAfterEach, ownPrefix, redisCache, useRedis } from './support.ts';
import { redis } from '../../../src/backends/redis/index.ts';

vi.mock('ioredis', () => import('ioredis5'));

const server = useRedis();
let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 200_000);
afterAll(() => cluster.stop());
cleanUpAfterEach();
expectNoUnhandledRejections();

const nodes = (): { host: string; port: number }[] => cluster.nodes.map(({ host, port }) => ({ host, port }));
const prefix = ownPrefix();
const engine = { capabilities: sharedAndPersistent, sequences: 5 };

describe('ioredis 5', () => {
  it('is what these tests use', async () => {
    const [{ Redis }, five] = [await import('ioredis'), await import('ioredis5')];
    expect(Redis).toBe(five.Redis);
  });

  describeEngine('single', { ...engine, open: () => redis(server.url, { prefix, timeout: '5s' }) });
  describeEngine('cluster', { ...engine, open: () => redis({ nodes: nodes() }, { prefix, timeout: '5s' }) });

  it('loses its connection and finds it again, and no call fails', async () => {
    const proxy = await faultProxy(server);
    afterThisTest(() => proxy.close());
    const { cache } = await redisCache({ host: proxy.host, port: proxy.port }, { prefix: ownPrefix(), timeout: 100 });
    await cache.set('k', 1);
    for (const fault of ['down', 'blackhole', 'freeze'] as const) {
      await Promise.resolve(proxy[fault]());
      for (let round = 0; round < 20; round += 1) expect(await cache.getOrSet(`k${round}`, () => round)).toBe(round);
      await proxy.pass();
      const writeAndRead = async (): Promise<unknown> => {
        await cache.set('k', 2);
        return cache.get('k');
      };
      await expect.poll(writeAndRead, { interval: 50, timeout: 5_000 }).toBe(2);
    }
  }, 20_000);

  it('brings invalidations to other processes', async () => {
    for (const connection of [server.url, { nodes: nodes() }]) {
      const shared = ownPrefix();
      const [one, other] = [
        await redisCache(connection, { prefix: shared, timeout: '5s' }),
        await redisCache(connection, { prefix: shared, timeout: '5s' }),
      ];
      await one.cache.set('k', 1, { tags: ['t'] });
      expect(await other.cache.get('k')).toBe(1);
      await one.cache.invalidateTags(['t']);
      await expect.poll(() => other.cache.get('k'), { interval: 5 }).toBeUndefined();
    }
  });
});
