import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redisServer } from '@cache/services/redis';
import * as queues from 'bullmq';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import * as core from '../../../src/index.ts';
import * as redisBackend from '../../../src/backends/redis/index.ts';
import * as strategies from '../../../src/strategies/index.ts';
import * as runner from '../../../src/strategies/refresh/bullmq.ts';
import { useCompiler } from '../../support/compile.ts';

const packageRoot = join(import.meta.dirname, '../../..');
const text = readFileSync(join(packageRoot, '../../docs/strategies/refresh-behind.md'), 'utf8');
const [functions = '', jobs = '', workers = ''] = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
const compiler = useCompiler();
const given = { ...queues, ...core, ...strategies, ...runner, ...redisBackend };

const ENTRIES: Record<string, string> = {
  '@cache/core': 'src/index.ts',
  '@cache/core/redis': 'src/backends/redis/index.ts',
  '@cache/core/strategies': 'src/strategies/index.ts',
  '@cache/core/bullmq': 'src/strategies/refresh/bullmq.ts',
  bullmq: 'node_modules/bullmq/dist/esm/index.js',
};

/** A few rows of the cities of the Atlas, in a table like its own. */
function cities(): Database.Database {
  const database = new Database(':memory:');
  database.exec('CREATE TABLE cities (id INTEGER PRIMARY KEY, name, country, population, lat, lon)');
  const insert = database.prepare('INSERT INTO cities VALUES (?, ?, ?, ?, ?, ?)');
  insert.run(1, 'Lisbon', 'PT', 517_802, 38.72, -9.13);
  insert.run(2, 'Setúbal', 'PT', 117_110, 38.52, -8.89);
  insert.run(3, 'Madrid', 'ES', 3_255_944, 40.42, -3.7);
  return database;
}

/** An example as a module that imports this package where it is. */
function checked(name: string, example: string): Promise<string> {
  const head = `interface City { readonly id: number; readonly name: string; readonly population: number }
    declare const database: { prepare(sql: string): { all(...values: unknown[]): unknown[]; get(...values: unknown[]): unknown } };\n`;
  const code = example.replaceAll(/from '(.*)';/g, (_, entry: string) => {
    return `from ${JSON.stringify(join(packageRoot, ENTRIES[entry] ?? 'missing'))};`;
  });
  return compiler.write(`${name}-checked.mts`, `${head}${code}`);
}

/** What an example declares after it was run. */
async function play(name: string, example: string, result: string): Promise<unknown> {
  const code = example.replaceAll(/^import .*\n/gm, '');
  const names = [...example.matchAll(/^import \{ (.*?) \} from/gm)].map(([, list]) => list).join(', ');
  const values = names.split(', ').filter((each) => !each.startsWith('type '));
  const body = `export async function play({ ${values.join(', ')}, database }) {\n${code}\nreturn ${result};\n}\n`;
  const file = await compiler.write(`${name}.ts`, body);
  const module = await compiler.load<{ play(given: object): Promise<unknown> }>(file);
  return module.play({ ...given, database: cities() });
}

describe('the examples of docs/strategies/refresh-behind.md', () => {
  it('are well typed', async () => {
    const examples = Object.entries({ functions, jobs, workers });
    const [first = '', ...others] = await Promise.all(examples.map(([name, example]) => checked(name, example)));
    expect(await compiler.complaints(first, ...others)).toBe('');
  }, 120_000);

  it('about functions', async () => {
    const lisbon = { id: 1, name: 'Lisbon', population: 517_802 };
    const setubal = { id: 2, name: 'Setúbal', population: 117_110 };
    const result = `await largestCities({ limit: 10, country: 'PT' })`;
    expect(await play('functions', functions, result)).toEqual([lisbon, setubal]);
  }, 60_000);

  it('about jobs', async () => {
    const result = `await around.peek(1, 2)`;
    expect(await play('jobs', jobs, result)).toMatchObject({ value: [{ name: 'Setúbal' }], stale: false });
  }, 60_000);

  it('about workers', async () => {
    const server = await redisServer();
    try {
      const queue = `refreshes-${randomUUID()}`;
      const code = workers
        .replace("{ host: 'localhost', port: 6379 }", `{ host: '${server.host}', port: ${server.port} }`)
        .replace('redis(connection)', `redis(connection, { prefix: '${queue}' })`)
        .replaceAll("'refreshes'", `'${queue}'`);
      const ended = `await (async () => {
        const refreshed = new Promise((resolve) => void worker.once('completed', resolve));
        const answers = [await people('PT')];
        await refreshed;
        answers.push(await people('PT'));
        await Promise.all([worker.close(), queue.close(), cache.close()]);
        return answers;
      })()`;
      expect(await play('workers', code, ended)).toEqual([0, 634_912]);
    } finally {
      await server.stop();
    }
  }, 200_000);
});
