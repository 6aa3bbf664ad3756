import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@cache/services/redis';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { findDriver } from '../../src/backends/sqlite/driver.ts';
import type { Collections } from '../../src/collections/collections.ts';
import { redisCollections } from '../../src/collections/redis/index.ts';
import { sqliteCollections } from '../../src/collections/sqlite/index.ts';
import { all } from './places.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'collections-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return join(folder, 'collections.db');
}

function closed(collections: Collections): Collections {
  cleanUps.push(() => collections.close());
  return collections;
}

test('A damaged file is an error that names it, and stays as it is', async () => {
  const path = newPath();
  writeFileSync(path, 'This is not a database, but it may be all that somebody has.'.repeat(100));
  const deque = closed(sqliteCollections({ path })).deque('a');
  const message = `The database ${path}: damaged.`;
  await expect(deque.push(1)).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND', message });
  await expect(deque.length()).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND', message });
});

test('A file of a later version is refused', async () => {
  const path = newPath();
  const connection = findDriver().open(path);
  connection.exec('PRAGMA user_version = 7');
  connection.close();
  const index = closed(sqliteCollections({ path })).index('a');
  await expect(index.size()).rejects.toThrow(`The file ${path} is of version 7; allowed: 1.`);
});

test('A write waits for those of others, as long as it may, and then is not done', async () => {
  const path = newPath();
  const deque = closed(sqliteCollections({ path, busyTimeout: 60 })).deque<number>('a');
  await deque.push(1);
  const other = findDriver().open(path);
  cleanUps.push(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const waiting = deque.push(2);
  expect(await deque.peek()).toBe(1);
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  const patient = closed(sqliteCollections({ path })).deque<number>('a');
  const pushed = patient.push(3);
  other.exec('COMMIT');
  expect(await pushed).toBe(2);
  expect(await all(deque)).toEqual([1, 3]);
});

test('What another process pushed is there after it was killed, in the order of each', async () => {
  const path = newPath();
  const script = `
    const { sqliteCollections } = await import('@cache/core/collections/sqlite');
    const deque = sqliteCollections({ path: process.argv[1] }).deque('shared');
    for (let number = 0; number < 40; number += 1) await deque.push([process.argv[2], number]);
    process.stdout.write('pushed');
    setInterval(() => {}, 1_000);
  `;
  const names = ['one', 'two', 'three'];
  await Promise.all(names.map((name) => killedOnceItSays('pushed', script, path, name)));
  const items = await closed(sqliteCollections({ path })).deque<[string, number]>('shared').pullMany(200);
  for (const name of names) {
    const numbers = items.filter(([by]) => by === name).map(([, number]) => number);
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, number) => number));
  }
});

function killedOnceItSays(word: string, script: string, ...parameters: string[]): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, ...parameters], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === null ? resolve() : reject(new Error(`It ended with ${code}.`))));
    child.stdout.on('data', (text: Buffer) => {
      if (text.toString().includes(word)) child.kill('SIGKILL');
    });
  });
}

test('A Redis server that is not there is an error in time, one that comes back is used', async () => {
  const server = await startRedis();
  cleanUps.push(() => server.stop());
  const deque = closed(redisCollections(server.url, { timeout: '100ms' })).deque<number>('a');
  expect(await deque.push(1)).toBe(1);
  await server.server.kill();
  await expect(deque.push(2)).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  await expect(deque.length()).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  await server.restart();
  await expect.poll(() => deque.push(3).catch(() => 0), { timeout: 5_000, interval: 20 }).toBe(1);
});

test('Something else under the key is an error, and stays', async () => {
  const server = await startRedis();
  cleanUps.push(() => server.stop());
  const client = new Redis(server.url);
  cleanUps.push(() => client.disconnect());
  await client.set('collections:deque:{a}', 'a text');
  const deque = closed(redisCollections(server.url, { timeout: '5s' })).deque('a');
  await expect(deque.push(1)).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  await expect(deque.length()).rejects.toThrow('The Redis server refused: ');
  expect(await client.get('collections:deque:{a}')).toBe('a text');
});
