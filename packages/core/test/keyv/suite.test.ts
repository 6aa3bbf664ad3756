import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { Keyv } from 'keyv';
import * as vitest from 'vitest';
import { memcached } from '../../src/backends/memcached/index.ts';
import { redis } from '../../src/backends/redis/index.ts';
import { sqlite } from '../../src/backends/sqlite/index.ts';
import { type Backend, type Cache, createCache, memory, tiered } from '../../src/index.ts';
import { keyv, keyvStore } from '../../src/keyv/index.ts';
import { memcachedServer } from '@cache/services/memcached';
import { redisServer } from '@cache/services/redis';

const { afterAll, beforeAll, describe } = vitest;

interface Place {
  readonly backend: Backend;
  readonly remove?: () => unknown;
}

async function inRedis(): Promise<Place> {
  const server = await redisServer();
  return { backend: redis(server.url, { timeout: '5s' }), remove: () => server.stop() };
}

async function inSqlite(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'keyv-'));
  return { backend: sqlite({ directory }), remove: () => rmSync(directory, { recursive: true }) };
}

async function inMemcached(): Promise<Place> {
  const server = await memcachedServer();
  return { backend: memcached(server.address, { timeout: '5s', pollInterval: 200 }), remove: () => server.stop() };
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  memory: async () => ({ backend: memory() }),
  'tiered memory': async () => ({ backend: tiered({ l1: memory(), l2: memory() }) }),
  Redis: inRedis,
  SQLite: inSqlite,
  memcached: inMemcached,
  'a Keyv': async () => ({ backend: keyv(new Keyv()) }),
};
/** Backends whose keys cannot be listed. */
const cannotList = ['memcached', 'a Keyv'];

describe.each(Object.entries(places))("Keyv's own suite on a cache in %s", (name, open) => {
  let cache: Cache;
  let remove: Place['remove'];
  beforeAll(async () => {
    const place = await open();
    remove = place.remove;
    cache = createCache({ backend: place.backend, backendTimeout: '5s' });
  });
  afterAll(async () => {
    await cache.close();
    await remove?.();
  });
  describe('API, values and namespaces', () => {
    keyvTestSuite(vitest, Keyv, () => keyvStore(cache));
  });
  if (cannotList.includes(name)) return;
  describe('iterating', () => {
    keyvIteratorTests(vitest, Keyv, () => keyvStore(cache));
  });
});
