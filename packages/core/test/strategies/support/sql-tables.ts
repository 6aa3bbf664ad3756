import { randomUUID } from 'node:crypto';
import { postgresServer } from '@cache/services/postgres';
import Database from 'libsql';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type City, type CityTable, mapTable } from './city-table.ts';

/** Runs a statement with `?` for its parameters. */
type Run = (sql: string, ...parameters: (string | number)[]) => Promise<City[]>;

const NEWER = 'ON CONFLICT (id) DO UPDATE SET name = excluded.name, population = excluded.population';

/** Cities in a table of a database. */
async function sqlTable(run: Run, table: string): Promise<CityTable> {
  await run(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, population INTEGER NOT NULL)`);
  const places = (keys: readonly number[]) => keys.map(() => '?').join();
  const saveAll = async (cities: readonly City[]) => {
    const values = cities.map(() => '(?, ?, ?)').join();
    const parameters = cities.flatMap(({ id, name, population }) => [id, name, population]);
    await run(`INSERT INTO ${table} VALUES ${values} ${NEWER}`, ...parameters);
  };
  const read = async (id: number) => (await run(`SELECT * FROM ${table} WHERE id = ?`, id))[0];
  return {
    source: {
      load: (id) => read(id),
      async loadMany(ids) {
        const rows = await run(`SELECT * FROM ${table} WHERE id IN (${places(ids)})`, ...ids);
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => byId.get(id));
      },
      save: (_, city) => saveAll([city]),
      remove: (id) => run(`DELETE FROM ${table} WHERE id = ?`, id),
      saveMany: (saves) => saveAll(saves.map(({ value }) => value)),
      async removeMany(removals) {
        const ids = removals.map(({ key }) => key);
        await run(`DELETE FROM ${table} WHERE id IN (${places(ids)})`, ...ids);
      },
    },
    read,
    write: (city) => saveAll([city]),
    clear: async () => void (await run(`DELETE FROM ${table}`)),
  };
}

/** Tables of every kind, on real databases that are there for the tests of this file. */
export function useTables(): [name: string, make: () => Promise<CityTable>][] {
  const stops: (() => unknown)[] = [];
  let pool: pg.Pool | undefined;
  let file: Database.Database | undefined;
  beforeAll(async () => {
    const server = await postgresServer();
    const connections = new pg.Pool({ connectionString: server.url, max: 4 });
    const database = new Database(':memory:');
    stops.push(
      () => database.close(),
      () => connections.end(),
      () => server.stop(),
    );
    pool = connections;
    file = database;
  }, 200_000);
  afterAll(async () => {
    for (const stop of stops) await stop();
  });
  const name = () => `cities_${randomUUID().replaceAll('-', '')}`;
  const inSqlite: Run = async (sql, ...parameters) => {
    const statement = file?.prepare(sql);
    return (statement?.reader === true ? statement.all(...parameters) : (statement?.run(...parameters), [])) as City[];
  };
  const inPostgres: Run = async (sql, ...parameters) => {
    let number = 0;
    const result = await pool?.query<City>(
      sql.replaceAll('?', () => `$${(number += 1)}`),
      parameters,
    );
    return result?.rows ?? [];
  };
  return [
    ['a map', async () => mapTable()],
    ['SQLite', () => sqlTable(inSqlite, name())],
    ['PostgreSQL', () => sqlTable(inPostgres, name())],
  ];
}
