import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisAddress, redisServer } from '@cache/services/redis';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Journal, memoryJournal } from '../../../src/strategies/index.ts';
import { sqliteJournal } from '../../../src/strategies/write-behind/sqlite/index.ts';

/** A directory that is there for one test. */
export function testDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'write-behind-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Journals that live in this process alone, each empty. */
export const LOCAL_JOURNALS: readonly (readonly [kind: string, make: () => Journal])[] = [
  ['memory', memoryJournal],
  ['SQLite', () => sqliteJournal({ directory: testDirectory(), synchronous: 'normal' })],
];

/** A Redis server for the tests of this file. */
export function useRedis(): { readonly url: () => string } {
  let server: RedisAddress;
  beforeAll(async () => {
    server = await redisServer();
  }, 200_000);
  afterAll(() => server.stop());
  return { url: () => server.url };
}
