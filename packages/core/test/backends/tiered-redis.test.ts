import { startRedis } from '@cache/services/redis';
import { afterAll, beforeAll, test } from 'vitest';
import { type Cache, createCache, memory, tiered } from '../../src/index.ts';
import { redis } from '../../src/backends/redis/index.ts';
import { type FaultProxy, faultProxy } from '../../src/testing/index.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

let server: Awaited<ReturnType<typeof startRedis>>;
const caches: Cache[] = [];
const proxies: FaultProxy[] = [];

beforeAll(async () => {
  server = await startRedis();
}, 200_000);

afterAll(async () => {
  for (const cache of caches) await cache.close();
  for (const proxy of proxies) await proxy.close();
  await server.stop();
});

function cacheAt(port: number): Cache {
  const l2 = redis(`redis://127.0.0.1:${port}`, { prefix: 'tiered', timeout: 200 });
  const cache = createCache({ ttl: '1h', backend: tiered({ l1: memory({ maxEntries: 100 }), l2, retryAfter: 500 }) });
  caches.push(cache);
  return cache;
}

// Most of this is waiting.
test.concurrent.for(['down', 'blackhole'] as const)(
  'a Redis that is away (%s): loads are shared through the near tier, and nothing invalidated comes back',
  { timeout: 40_000 },
  async (fault, { expect }) => {
    const proxy = await faultProxy({ port: server.port });
    proxies.push(proxy);
    const [cache, other] = [cacheAt(proxy.port), cacheAt(server.port)];
    const key = `key ${fault}`;
    let loads = 0;
    const load = (): Promise<number> => cache.getOrSet(key, () => (loads += 1), { tags: [key] });
    await other.set(key, 'before', { tags: [key] });
    await expect.poll(() => cache.get(key)).toBe('before');

    await proxy[fault]();
    await other.invalidateTags([key]);
    // Within three seconds nothing of before is trusted any more.
    await expect.poll(load, { interval: 50, timeout: 8_000 }).not.toBe('before');
    const before = loads;
    for (let count = 0; count < 200; count += 1) expect(typeof (await load())).toBe('number');
    // As many as begin in the time that this took, one in three seconds, and not one for each call.
    expect(loads - before).toBeLessThan(20);

    await proxy.pass();
    await expect
      .poll(
        async () => {
          expect(await load()).not.toBe('before');
          await cache.set(`back ${fault}`, 1);
          return other.get(`back ${fault}`);
        },
        { interval: 50, timeout: 8_000 },
      )
      .toBe(1);
    await other.invalidateTags([key]);
    const known = loads;
    await expect.poll(load).toBeGreaterThan(known);
  },
);
