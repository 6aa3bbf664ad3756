import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, memory, tiered } from '@cache/core';
import { memcached } from '@cache/core/memcached';
import { redis } from '@cache/core/redis';
import { sqlite } from '@cache/core/sqlite';
import { startMemcached } from '@cache/services/memcached';
import { startRedis } from '@cache/services/redis';

/** What the backends of one run have in common. */
export interface Servers {
  readonly redis: string;
  readonly memcached: string;
  /** A folder that exists and is empty. */
  readonly folder: string;
}

/** A machine that stands still for a moment must not turn a hit into a miss. */
const patient = { timeout: '5s' } as const;

/** The backends that are compared, the nearest first. */
export const BACKENDS: Readonly<Record<string, (servers: Servers) => Backend>> = {
  memory: () => memory(),
  sqlite: ({ folder }) => sqlite({ directory: join(folder, 'cache') }),
  redis: (servers) => redis(servers.redis, patient),
  memcached: (servers) => memcached(servers.memcached, patient),
  'memory over redis': (servers) => tiered({ l1: memory(), l2: redis(servers.redis, patient), ...patient }),
};

/** Starts empty servers for one measurement. */
export async function startServers(): Promise<Servers & { stop(): Promise<void> }> {
  const [redisServer, memcachedServer] = await Promise.all([startRedis(), startMemcached(['-m', '512'])]);
  const folder = mkdtempSync(join(tmpdir(), 'latency-'));
  return {
    redis: redisServer.url,
    memcached: memcachedServer.address,
    folder,
    async stop() {
      await Promise.all([redisServer.stop(), memcachedServer.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
