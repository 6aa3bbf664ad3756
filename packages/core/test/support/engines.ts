import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memcachedServer } from '@cache/services/memcached';
import { redisServer } from '@cache/services/redis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { memcached } from '../../src/backends/memcached/index.ts';
import { redis } from '../../src/backends/redis/index.ts';
import { sqlite } from '../../src/backends/sqlite/index.ts';
import { type Backend, type Codec, memory, tiered } from '../../src/index.ts';

/** What a test may say about the backend it wants. */
export interface EngineOptions {
  readonly codec?: Codec;
  /** Bytes of the largest value. */
  readonly largest?: number;
  /** Files of SQLite: fewer are opened sooner. */
  readonly shards?: number;
}

/** Makes an empty backend. */
export type Engine = (options?: EngineOptions) => Backend;

/** Every engine by name, on real servers and files that are there for the tests of this file. */
export function useEngines(): [name: string, engine: Engine][] {
  let redisUrl = '';
  let memcachedAddress = '';
  const stops: (() => unknown)[] = [];
  const cleanUps: (() => unknown)[] = [];
  beforeAll(async () => {
    const [redisThere, memcachedThere] = await Promise.all([redisServer(), memcachedServer()]);
    stops.push(
      () => redisThere.stop(),
      () => memcachedThere.stop(),
    );
    redisUrl = redisThere.url;
    memcachedAddress = memcachedThere.address;
  }, 200_000);
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  const closed = (backend: Backend): Backend => {
    cleanUps.push(() => backend.close());
    return backend;
  };
  const prefix = (): string => `t${randomUUID()}`;
  const inMemory: Engine = ({ largest } = {}) =>
    memory({ maxEntries: 2_000, ...(largest !== undefined && { maxBytes: largest }) });
  const inRedis: Engine = ({ codec, largest } = {}) =>
    closed(
      redis(redisUrl, {
        prefix: prefix(),
        timeout: '5s',
        ...(codec !== undefined && { codec }),
        ...(largest !== undefined && { maxValueBytes: largest }),
      }),
    );
  return [
    ['memory', inMemory],
    ['redis', inRedis],
    [
      'memcached',
      ({ codec, largest } = {}) =>
        closed(
          memcached(memcachedAddress, {
            prefix: prefix().slice(0, 20),
            timeout: '5s',
            pollInterval: 20,
            ...(codec !== undefined && { codec }),
            ...(largest !== undefined && { maxItemBytes: largest }),
          }),
        ),
    ],
    [
      'sqlite',
      ({ codec, largest, shards } = {}) => {
        const directory = mkdtempSync(join(tmpdir(), 'engines-'));
        cleanUps.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
        return closed(
          sqlite({
            directory,
            ...(codec !== undefined && { codec }),
            ...(largest !== undefined && { maxBytes: largest }),
            ...(shards !== undefined && { shards }),
          }),
        );
      },
    ],
    ['tiered', (options) => closed(tiered({ l1: inMemory(), l2: inRedis(options) }))],
  ];
}
