import { type PostgresAddress, postgresServer } from '@cache/services/postgres';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, findDriver } from '../../../src/backends/sqlite/driver.ts';
import { type Source, writeBehind } from '../../../src/strategies/index.ts';
import { sqliteJournal } from '../../../src/strategies/write-behind/sqlite/index.ts';
import { testCache } from '../../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { testDirectory } from './journals.ts';

expectNoUnhandledRejections();

/** A database with a table in which no count may be negative. */
interface Database {
  readonly source: Source<string, number>;
  readonly rows: () => Promise<Record<string, number>>;
}

let server: PostgresAddress;
let pool: Pool;
let connection: Connection;

beforeAll(async () => {
  server = await postgresServer();
  pool = new Pool({ connectionString: server.url, max: 4 });
  connection = findDriver().open(':memory:');
}, 200_000);
afterAll(async () => {
  connection.close();
  await pool.end();
  await server.stop();
});

async function onPostgres(): Promise<Database> {
  await pool.query(
    'DROP TABLE IF EXISTS sunk_visits; CREATE TABLE sunk_visits (path text PRIMARY KEY, count int CHECK (count >= 0))',
  );
  const upsert = 'ON CONFLICT (path) DO UPDATE SET count = excluded.count';
  return {
    source: {
      load: async (path) => {
        const { rows } = await pool.query<{ count: number }>('SELECT count FROM sunk_visits WHERE path = $1', [path]);
        return rows[0]?.count;
      },
      save: (path, count) => pool.query(`INSERT INTO sunk_visits VALUES ($1, $2) ${upsert}`, [path, count]),
      saveMany: async (saves) => {
        const [paths, counts] = [saves.map(({ key }) => key), saves.map(({ value }) => value)];
        await pool.query(`INSERT INTO sunk_visits SELECT * FROM unnest($1::text[], $2::int[]) ${upsert}`, [
          paths,
          counts,
        ]);
      },
      remove: (path) => pool.query('DELETE FROM sunk_visits WHERE path = $1', [path]),
    },
    rows: async () => {
      const { rows } = await pool.query<{ path: string; count: number }>('SELECT * FROM sunk_visits ORDER BY path');
      return Object.fromEntries(rows.map(({ path, count }) => [path, count]));
    },
  };
}

async function onSqlite(): Promise<Database> {
  connection.exec('DROP TABLE IF EXISTS sunk_visits');
  connection.exec('CREATE TABLE sunk_visits (path TEXT PRIMARY KEY, count INTEGER CHECK (count >= 0))');
  const save = connection.prepare(
    'INSERT INTO sunk_visits VALUES (?, ?) ON CONFLICT DO UPDATE SET count = excluded.count',
  );
  return {
    source: {
      load: (path) =>
        connection.prepare('SELECT count FROM sunk_visits WHERE path = ?').get(path)?.[0] as number | undefined,
      save: (path, count) => save.run(path, count),
      saveMany: (saves) => {
        const failures = [];
        connection.exec('BEGIN IMMEDIATE');
        for (const { key, value } of saves) {
          try {
            save.run(key, value);
          } catch (error) {
            failures.push({ key, error });
          }
        }
        connection.exec('COMMIT');
        return failures;
      },
      removeMany: (removals) => {
        const remove = connection.prepare('DELETE FROM sunk_visits WHERE path = ?');
        connection.exec('BEGIN IMMEDIATE');
        for (const { key } of removals) remove.run(key);
        connection.exec('COMMIT');
      },
    },
    rows: async () => {
      const rows = connection.prepare('SELECT * FROM sunk_visits ORDER BY path').all();
      return Object.fromEntries(rows) as Record<string, number>;
    },
  };
}

describe.each([
  ['PostgreSQL', onPostgres],
  ['SQLite', onSqlite],
])('write-behind before %s', (_, make) => {
  it('writes batches, finds what the database refuses, and ends with what was written last', async () => {
    const { source, rows } = await make();
    const visits = writeBehind(testCache().cache, source, {
      name: 'visits',
      journal: sqliteJournal({ directory: testDirectory(), synchronous: 'normal' }),
      retry: { attempts: 1 },
      drain: false,
    });
    expect(await visits.get('/')).toBeUndefined();
    await visits.setMany([
      ['/', 1],
      ['/a', 2],
      ['/bad', -1],
      ['/gone', 4],
    ]);
    await visits.set('/', 10);
    expect(await visits.flush()).toBe(0);
    expect(await rows()).toEqual({ '/': 10, '/a': 2, '/gone': 4 });
    expect(await visits.deadLetters.list()).toMatchObject([{ key: '/bad', value: -1 }]);
    expect(await visits.get('/bad')).toBeUndefined();
    await visits.delete('/gone');
    expect(await visits.get('/gone')).toBeUndefined();
    expect(await visits.close()).toBe(0);
    expect(await rows()).toEqual({ '/': 10, '/a': 2 });
  });
});
