import type { Source } from '@cache/core/strategies';
import Libsql from 'libsql';
import pg from 'pg';

/** What is written: a text that says how often. */
export interface Visit {
  readonly count: number;
  readonly text: string;
}

/** A database with an empty table. */
export interface VisitDatabase {
  readonly source: Source<number, Visit>;
  /** The counts by key. */
  counts(): Promise<Map<number, number>>;
  close(): Promise<void>;
}

const NEWER = 'ON CONFLICT (id) DO UPDATE SET count = excluded.count, text = excluded.text';

/** PostgreSQL as it comes: each transaction waits for the disk. */
export async function onPostgres(url: string): Promise<VisitDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  await pool.query('DROP TABLE IF EXISTS visits');
  await pool.query('CREATE TABLE visits (id integer PRIMARY KEY, count integer NOT NULL, text text NOT NULL)');
  return {
    source: {
      load: () => undefined,
      save: (id, { count, text }) =>
        pool.query({
          name: 'save',
          text: `INSERT INTO visits VALUES ($1, $2, $3) ${NEWER}`,
          values: [id, count, text],
        }),
      async saveMany(saves) {
        const columns = [
          saves.map(({ key }) => key),
          saves.map(({ value }) => value.count),
          saves.map(({ value }) => value.text),
        ];
        const rows = 'SELECT * FROM unnest($1::integer[], $2::integer[], $3::text[])';
        await pool.query({ name: 'saveMany', text: `INSERT INTO visits ${rows} ${NEWER}`, values: columns });
      },
    },
    async counts() {
      const { rows } = await pool.query<{ id: number; count: number }>('SELECT id, count FROM visits');
      return new Map(rows.map(({ id, count }) => [id, count]));
    },
    close: () => pool.end(),
  };
}

/** SQLite, each transaction waiting for the disk. */
export function onSqlite(path: string): VisitDatabase {
  const database = new Libsql(path);
  database.prepare('PRAGMA journal_mode = WAL').get();
  database.exec('PRAGMA synchronous = FULL; CREATE TABLE visits (id INTEGER PRIMARY KEY, count INTEGER, text TEXT)');
  const save = database.prepare(`INSERT INTO visits VALUES (?, ?, ?) ${NEWER}`);
  return {
    source: {
      load: () => undefined,
      save: (id, { count, text }) => save.run([id, count, text]),
      saveMany(saves) {
        database.exec('BEGIN IMMEDIATE');
        for (const { key, value } of saves) save.run([key, value.count, value.text]);
        database.exec('COMMIT');
      },
    },
    async counts() {
      const rows = database.prepare('SELECT id, count FROM visits').all() as { id: number; count: number }[];
      return new Map(rows.map(({ id, count }) => [id, count]));
    },
    async close() {
      database.close();
    },
  };
}
