import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisCluster, startCluster } from '@cache/services/redis';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import {
  afterThisTest,
  bareClient,
  cleanUpAfterEach,
  coldCache,
  commandsDuring,
  entry,
  openStore,
  ownPrefix,
  redisCache,
} from './support.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 200_000);
afterAll(() => cluster.stop());
cleanUpAfterEach();
expectNoUnhandledRejections();

const connection = () => ({ nodes: cluster.nodes.map(({ host, port }) => ({ host, port })) });
const KEYS = Array.from({ length: 300 }, (_, index) => `key ${index}`);

describe('a Cluster', () => {
  it('keeps entries on all masters, and gives many at once', async () => {
    const prefix = ownPrefix();
    const { store } = openStore(connection(), { prefix, timeout: '2s' });
    await store.setMany(KEYS.map((key, index) => [key, entry(index)]));
    for (const node of cluster.nodes) expect(await bareClient(node).dbsize()).toBeGreaterThan(50);
    const found = await store.getMany([...KEYS, 'none']);
    expect(found.map((one) => one?.value)).toEqual([...KEYS.keys(), undefined]);
    const keys: string[] = [];
    for await (const key of store.keys?.('key 1') ?? []) keys.push(key);
    expect(new Set(keys)).toEqual(new Set(KEYS.filter((key) => key.startsWith('key 1'))));
    await store.clear();
    expect(await store.getMany(KEYS)).toEqual(KEYS.map(() => undefined));
  });

  it('asks once for the keys of one slot', async () => {
    const { store } = openStore(connection(), { prefix: ownPrefix(), timeout: '2s' });
    await store.set('{x}1', entry(1));
    const sent: string[] = [];
    for (const node of cluster.nodes) {
      const commands = await commandsDuring(node, async () => store.getMany(['{x}1', '{x}2', '{x}3']));
      sent.push(...commands.map(([name]) => name ?? '').filter((name) => name === 'mget'));
    }
    // Each node saw one of the three calls, or none of them.
    expect(sent).toEqual(['mget']);
  });

  it('shares invalidations between processes, and does not store loads that began before', async () => {
    const prefix = ownPrefix();
    const client = new Cluster(connection().nodes, { redisOptions: { replyMapping: 'legacy' } });
    afterThisTest(() => client.disconnect());
    const a = await redisCache(connection(), { prefix, timeout: '2s' });
    const b = await redisCache(client, { prefix, timeout: '2s' });
    for (const key of KEYS.slice(0, 30)) await a.cache.set(key, 1, { tags: ['t'] });
    for (const key of KEYS.slice(0, 30)) expect(await b.cache.get(key)).toBe(1);
    await b.cache.invalidateTags(['t']);
    for (const key of KEYS.slice(0, 30)) expect(await b.cache.get(key)).toBeUndefined();
    await expect.poll(() => a.cache.get('key 1'), { interval: 5 }).toBeUndefined();
    await b.cache.delete('key 2');
    await a.cache.getOrSet('key 2', () => 2);
    expect(await b.cache.get('key 2')).toBe(2);
    expect([...a.errors, ...b.errors]).toEqual([]);
  });

  it('of which nothing can be reached fails no call', async () => {
    const { cache } = coldCache({ nodes: [{ host: '127.0.0.1', port: 1 }] }, { prefix: ownPrefix(), timeout: 50 });
    for (let round = 0; round < 20; round += 1) expect(await cache.getOrSet('k', () => round)).toBe(round);
  });
});

describe('a master of a Cluster that stops', () => {
  it('costs its own keys only, fails no call, and is used again when it is back', async () => {
    const prefix = ownPrefix();
    const { cache } = await redisCache(connection(), { prefix, timeout: 100 });
    const [node] = cluster.nodes;
    node?.server.signal('SIGSTOP');
    afterThisTest(() => node?.server.signal('SIGCONT'));
    for (const key of KEYS.slice(0, 40)) expect(await cache.getOrSet(key, () => key)).toBe(key);
    node?.server.signal('SIGCONT');
    await expect
      .poll(
        async () => {
          for (const key of KEYS.slice(0, 10)) {
            await cache.set(key, 1);
            if ((await cache.get(key)) !== 1) return false;
          }
          return true;
        },
        { interval: 50, timeout: 10_000 },
      )
      .toBe(true);
  }, 20_000);
});
