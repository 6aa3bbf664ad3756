import { afterAll, describe, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, memory, tiered } from '../../src/index.ts';
import { type SqliteBackend, sqlite } from '../../src/backends/sqlite/index.ts';
import { backendContract, type ContractHarness } from '../../src/testing/index.ts';
import { memcached } from '../../src/backends/memcached/index.ts';
import { redis } from '../../src/backends/redis/index.ts';
import { memcachedServer } from '@cache/services/memcached';
import { redisServer } from '@cache/services/redis';
import { SharedMemory } from './shared-memory.ts';

const inProcess = { atomic: true, shared: false, persistent: false };
const sharedAndPersistent = { atomic: true, shared: true, persistent: true };
const shared = { atomic: true, shared: true, persistent: false };

/** Every engine, in one line each. */
const harnesses: Readonly<Record<string, ContractHarness>> = {
  memory: { capabilities: inProcess, create: async () => ({ backend: small(), dispose: () => {} }) },
  'the fake server of these tests': { capabilities: shared, create: fakeServer },
  'tiered: memory over memory': {
    capabilities: inProcess,
    create: async () => ({ backend: tiered({ l1: small(), l2: small() }) }),
  },
  'tiered: memory over a server': { capabilities: shared, lagging: true, create: () => tieredServer(small) },
  'tiered: bytes over a server': {
    capabilities: shared,
    lagging: true,
    sequences: 20,
    create: () => tieredServer(() => new SharedMemory().client()),
  },
  redis: { capabilities: sharedAndPersistent, create: redisServerAndClients },
  sqlite: { capabilities: sharedAndPersistent, create: sqliteFiles },
  memcached: { capabilities: shared, create: memcachedServerAndClients },
};

describe.each(Object.entries(harnesses))('%s', (_name, harness) => {
  for (const { name, run } of backendContract(harness)) {
    test(`${name}`, async () => {
      await expect(run()).resolves.toBeUndefined();
    });
  }
});

let server: ReturnType<typeof redisServer> | undefined;
const opened: Backend[] = [];

afterAll(async () => {
  for (const backend of opened) await backend.close();
  await (await server)?.stop();
});

async function redisServerAndClients(): ReturnType<ContractHarness['create']> {
  server ??= redisServer();
  const { url } = await server;
  while (opened.length < 2) opened.push(redis(url, { timeout: '5s' }));
  const [backend, second] = opened as [Backend, Backend];
  return { backend, second, reopen: async () => second };
}

let cacheServer: ReturnType<typeof memcachedServer> | undefined;
const clients: Backend[] = [];

afterAll(async () => {
  for (const backend of clients) await backend.close();
  await (await cacheServer)?.stop();
});

async function memcachedServerAndClients(): ReturnType<ContractHarness['create']> {
  cacheServer ??= memcachedServer();
  const { address } = await cacheServer;
  while (clients.length < 2) clients.push(memcached(address, { timeout: '5s', pollInterval: 200 }));
  const [backend, second] = clients as [Backend, Backend];
  return { backend, second };
}

const folder = mkdtempSync(join(tmpdir(), 'contract-'));
const files: SqliteBackend[] = [];

afterAll(async () => {
  for (const backend of files) await backend.close();
  rmSync(folder, { recursive: true, force: true });
});

async function sqliteFiles(): ReturnType<ContractHarness['create']> {
  while (files.length < 2) files.push(sqlite({ directory: folder }));
  const [backend, second] = files as [SqliteBackend, SqliteBackend];
  return { backend, second, reopen: async () => second };
}

/** Without room for the 50,000 entries of the default, which takes a while to make for each case. */
function small(): Backend {
  return memory({ maxEntries: 2_000 });
}

async function fakeServer(): ReturnType<ContractHarness['create']> {
  const server = new SharedMemory();
  return { backend: server.client(), second: server.client(), evict: async (...of) => server.evict(...of) };
}

async function tieredServer(near: () => Backend): ReturnType<ContractHarness['create']> {
  const server = new SharedMemory();
  const backend = (): Backend => tiered({ l1: near(), l2: server.client(), l1Ttl: 50 });
  return { backend: backend(), second: backend() };
}
