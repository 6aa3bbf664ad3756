import { randomUUID } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import {
  type RedisBackendOptions,
  type RedisClient,
  type RedisConnection,
  redis,
} from '../../../src/backends/redis/index.ts';
import type { Store } from '../../../src/backends/backend.ts';
import { systemClock } from '../../../src/clock.ts';
import {
  type Backend,
  type Cache,
  type CacheEvents,
  type CacheOptions,
  createCache,
  type Entry,
} from '../../../src/index.ts';
import { type RedisAddress, redisServer } from '@cache/services/redis';

/** The server of this test file. */
export function useRedis(): RedisAddress {
  let server: RedisAddress | undefined;
  const get = (): RedisAddress => {
    if (server === undefined) throw new Error('The server starts before the first test.');
    return server;
  };
  beforeAll(async () => {
    server = await redisServer();
  }, 200_000);
  afterAll(() => server?.stop());
  return {
    get host() {
      return get().host;
    },
    get port() {
      return get().port;
    },
    get url() {
      return get().url;
    },
    stop: () => get().stop(),
  };
}

const cleanups: (() => unknown)[] = [];

/** Is called after the test, the last one first. */
export function afterThisTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** Runs what `afterThisTest` was given, after each test of the file. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
}

/** A prefix that no other test uses. */
export function ownPrefix(): string {
  return `t-${randomUUID().slice(0, 8)}`;
}

/** A bare client with settings that are good enough for a test. */
export function bareClient(address: { host: string; port: number }, options: RedisOptions = {}): Redis {
  const client = new Redis({ host: address.host, port: address.port, ...options, replyMapping: 'legacy' });
  client.on('error', () => {});
  afterThisTest(() => client.disconnect());
  return client;
}

export interface TestCache {
  readonly cache: Cache;
  readonly errors: CacheEvents['error'][];
}

/** A cache as another process would have it: with a backend and a connection of its own. Its log is ready. */
export async function redisCache(
  connection: RedisClient | RedisConnection,
  options: RedisBackendOptions,
  cacheOptions: Omit<CacheOptions, 'backend'> = {},
): Promise<TestCache> {
  const made = coldCache(connection, options, cacheOptions);
  await made.cache.get('ready?');
  return made;
}

/** The same, without waiting for anything. */
export function coldCache(
  connection: RedisClient | RedisConnection,
  options: RedisBackendOptions,
  cacheOptions: Omit<CacheOptions, 'backend'> = {},
): TestCache {
  const cache = createCache({ backend: redis(connection, options), ...cacheOptions });
  const errors: CacheEvents['error'][] = [];
  cache.on('error', (event) => void errors.push(event));
  afterThisTest(() => cache.close());
  return { cache, errors };
}

/** A store without a cache above it, and what it reports. */
export function openStore(
  connection: RedisClient | RedisConnection,
  options: RedisBackendOptions,
): { readonly store: Store; readonly backend: Backend; readonly reported: unknown[] } {
  const backend = redis(connection, options);
  afterThisTest(() => backend.close());
  const reported: unknown[] = [];
  const report = (operation: string, error: unknown): void => void reported.push({ operation, error });
  return { store: backend.open({ name: 'cache', version: '1', clock: systemClock, report }), backend, reported };
}

/** An entry that lives for a minute. */
export function entry(value: unknown, changes: Partial<Entry> = {}): Entry {
  const now = Date.now();
  const staleAt = now + 60_000;
  const deadlines = { staleAt, revalidateUntil: staleAt, errorUntil: staleAt, deleteAt: staleAt, limitAt: Infinity };
  const rest = { storedAt: now, tags: [], position: 0, copyOnRead: false, token: undefined, checkedAt: -1 };
  return { value, ...deadlines, ...rest, ...changes };
}

/** The commands that clients send to the server while `work` runs, names in lower case; without those of the log's readers. */
export async function commandsDuring(
  address: { host: string; port: number },
  work: () => Promise<unknown>,
): Promise<string[][]> {
  const observer = bareClient(address);
  const monitor = await observer.monitor();
  const marker = randomUUID();
  const commands: string[][] = [];
  const ended = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, parts: string[], source: string) => {
      // Commands inside of a script are not round trips.
      if (source === 'lua') return;
      if (parts[1] === marker) resolve();
      else commands.push([(parts[0] ?? '').toLowerCase(), ...parts.slice(1)]);
    });
  });
  await work();
  await observer.echo(marker);
  await ended;
  monitor.disconnect();
  return commands.filter(
    ([name, ...rest]) => name !== 'xread' && !(name === 'evalsha' && rest[1] === '2') && name !== 'xrange',
  );
}
