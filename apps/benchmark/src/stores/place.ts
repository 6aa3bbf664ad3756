import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@cache/services/redis';
import { Redis } from 'ioredis';
import type { StoreFamily } from './families.ts';

/** Where the contenders of one run keep what they store. */
export interface Places {
  /** A place that is empty. */
  next(): Promise<string>;
  close(): Promise<void>;
}

/** Makes places: a Redis server, emptied each time; or folders. */
export async function openPlaces(family: StoreFamily): Promise<Places> {
  return family === 'redis' ? redisPlaces() : folders();
}

async function redisPlaces(): Promise<Places> {
  const server = await startRedis();
  const client = new Redis(server.url);
  return {
    async next() {
      await client.flushall();
      return server.url;
    },
    async close() {
      client.disconnect();
      await server.stop();
    },
  };
}

function folders(): Places {
  const root = mkdtempSync(join(tmpdir(), 'benchmark-'));
  let count = 0;
  return {
    next: () => Promise.resolve(join(root, `${count++}`)),
    close: () => Promise.resolve(rmSync(root, { recursive: true, force: true })),
  };
}
