import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisAddress, type RedisCluster, redisServer, startCluster } from '@cache/services/redis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Collections, CollectionsOptions } from '../../src/collections/collections.ts';
import { redisCollections } from '../../src/collections/redis/index.ts';
import { sqliteCollections } from '../../src/collections/sqlite/index.ts';

/** Opens collections; a second call opens the same ones again, as another process would. */
export type Place = () => (options?: CollectionsOptions) => Collections;

/** Every place where collections can be, on real servers and files that are there for the tests of this file. */
export function usePlaces(): [name: string, place: Place][] {
  let server: RedisAddress | undefined;
  let cluster: RedisCluster | undefined;
  const cleanUps: (() => unknown)[] = [];
  beforeAll(async () => {
    [server, cluster] = await Promise.all([redisServer(), startCluster()]);
  }, 200_000);
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  afterAll(() => Promise.all([server?.stop(), cluster?.stop()]));

  const closed = (collections: Collections): Collections => {
    cleanUps.push(() => collections.close());
    return collections;
  };
  return [
    [
      'SQLite',
      () => {
        const folder = mkdtempSync(join(tmpdir(), 'collections-'));
        cleanUps.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
        return (options) => closed(sqliteCollections({ ...options, path: join(folder, 'below', 'collections.db') }));
      },
    ],
    [
      'Redis',
      () => {
        const prefix = `t${randomUUID()}`;
        return (options) => closed(redisCollections(server?.url ?? '', { ...options, prefix, timeout: '5s' }));
      },
    ],
    [
      'Redis Cluster',
      () => {
        const prefix = `t${randomUUID()}`;
        const nodes = (cluster?.nodes ?? []).map(({ host, port }) => ({ host, port }));
        return (options) => closed(redisCollections({ nodes }, { ...options, prefix, timeout: '5s' }));
      },
    ],
  ];
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
