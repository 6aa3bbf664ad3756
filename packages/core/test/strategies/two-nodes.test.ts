import { randomUUID } from 'node:crypto';
import { redisServer } from '@cache/services/redis';
import { describe, expect, it } from 'vitest';
import { redis } from '../../src/backends/redis/index.ts';
import { type Cache, createCache, memory, tiered } from '../../src/index.ts';
import { writeAround, writeThrough } from '../../src/strategies/index.ts';
import type { City } from './support/city-table.ts';
import { useTables } from './support/sql-tables.ts';

const [, , [, postgresTable]] = useTables() as [unknown, unknown, [string, ReturnType<typeof useTables>[0][1]]];

describe.each([
  ['Redis', (url: string, prefix: string) => redis(url, { prefix, timeout: '5s' })],
  [
    'memory before Redis',
    (url: string, prefix: string) => tiered({ l1: memory(), l2: redis(url, { prefix, timeout: '5s' }) }),
  ],
])('two nodes that share %s and a database', (_, backend) => {
  it('have what it has, or nothing, after many have read and written at once', async () => {
    const server = await redisServer();
    const table = await postgresTable();
    const prefix = randomUUID();
    const backends = [1, 2].map(() => backend(server.url, prefix));
    const caches = backends.map((each) => createCache({ backend: each }));
    const ids = [1, 2, 3];
    const nodes = caches.flatMap((cache) => [
      writeThrough(cache, table.source, { name: 'city' }),
      writeAround(cache, table.source, { name: 'city' }),
    ]);
    const work = nodes.map(async (cities, node) => {
      for (let step = 0; step < 40; step += 1) {
        const id = ids[(node + step * 7) % ids.length] ?? 1;
        const kind = (node * 3 + step * 5) % 8;
        if (kind < 3) await cities.set(id, { id, name: `${node}.${step}`, population: step });
        else if (kind === 3) await cities.delete(id);
        else if (kind === 4) await cities.refresh(id);
        else await cities.getMany([id, 1 + (id % ids.length)]);
      }
    });
    await Promise.all(work);
    for (const id of ids) {
      const stored = (await table.read(id)) ?? null;
      for (const [index, cache] of caches.entries()) {
        const key = nodes[2 * index]?.keyOf(id) ?? '';
        await expect.poll(async () => agrees(cache, key, stored)).toBe(true);
      }
      expect(await Promise.all(nodes.map((cities) => cities.get(id)))).toEqual(nodes.map(() => stored ?? undefined));
    }
    for (const cache of caches) await cache.close();
    await server.stop();
  });
});

/** Whether the cache has what is stored, or nothing. What another node did last is heard of within a moment. */
async function agrees(cache: Cache, key: Parameters<Cache['get']>[0], stored: City | null): Promise<boolean> {
  const found = await cache.get<City | null>(key);
  return found === undefined || JSON.stringify(found) === JSON.stringify(stored);
}
