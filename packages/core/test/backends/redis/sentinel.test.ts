import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RedisSentinels, startSentinels } from '@cache/services/redis';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { bareClient, cleanUpAfterEach, ownPrefix, redisCache } from './support.ts';

let set: RedisSentinels;
beforeAll(async () => {
  set = await startSentinels();
}, 200_000);
afterAll(() => set.stop());
cleanUpAfterEach();
expectNoUnhandledRejections();

it('Sentinel: a failover fails no call, and what was stored before it is invalid after it', async () => {
  const prefix = ownPrefix();
  const connection = () => ({ sentinels: set.sentinels.map(({ host, port }) => ({ host, port })), name: set.name });
  const a = await redisCache(connection(), { prefix });
  const b = await redisCache(connection(), { prefix });
  await a.cache.set('k', 'old', { tags: ['t'] });
  expect(await b.cache.get('k')).toBe('old');
  await expect.poll(() => bareClient(set.replica).exists(`${prefix}:cache:1:k`), { interval: 10 }).toBe(1);
  // An invalidation that the replica has not heard of when its master dies.
  await bareClient(set.replica).call('REPLICAOF', '127.0.0.1', '1');
  await a.cache.invalidateTags(['t']);
  await set.master.server.kill();
  await bareClient(set.replica).call('REPLICAOF', '127.0.0.1', `${set.master.port}`);
  const tried = new Set<unknown>();
  await expect
    .poll(
      async () => {
        for (const { cache } of [a, b]) tried.add(await cache.get('k'));
        expect(await a.cache.getOrSet('loaded', () => 1)).toBe(1);
        await a.cache.set('fresh', 1);
        return b.cache.get('fresh');
      },
      { interval: 50, timeout: 20_000 },
    )
    .toBe(1);
  tried.add(await a.cache.get('k')).add(await b.cache.get('k'));
  expect(tried).toEqual(new Set([undefined]));
}, 40_000);
