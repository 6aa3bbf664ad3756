import type { Connection, SqlValue, Statement } from './driver.ts';
import { EVICTION_ORDER, type Eviction } from './schema.ts';

/** What is written under a key: a value, or a tombstone. */
export interface RowWrite {
  readonly key: string;
  readonly token: Uint8Array;
  /** Instants in milliseconds since 1970; null: never. */
  readonly expire: number | null;
  readonly purge: number | null;
  /** When it was stored; null for a tombstone. */
  readonly stored: number | null;
  readonly size: number;
  readonly file: string | null;
  readonly body: Uint8Array | null;
}

/** What was found under a key. */
export interface FoundRow {
  readonly id: number;
  readonly body: Buffer | undefined;
  readonly file: string | undefined;
  readonly size: number;
  /** Only of tombstones. */
  readonly token: Buffer | undefined;
}

/** The counters of one database. */
export interface Totals {
  readonly bytes: number;
  readonly live: number;
  readonly files: number;
  readonly garbage: number;
  readonly evictions: number;
  readonly hits: number;
  readonly misses: number;
}

const COLUMNS = 'key, token, expire, purge, stored, accessed, uses, size, file, body';
const INSERT = `INSERT INTO entries (${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?5, 0, ?6, ?7, ?8) ON CONFLICT (key) DO`;
const UPDATE = `UPDATE SET token = excluded.token, expire = excluded.expire, purge = excluded.purge, stored = excluded.stored,
  accessed = excluded.accessed, uses = 0, size = excluded.size, file = excluded.file, body = excluded.body`;

/** The statements on one open database of entries. Each is atomic; all throw the errors of the binding. */
export class Rows {
  readonly #body: Statement;
  readonly #find: Statement;
  readonly #put: Statement;
  readonly #swap: Statement;
  readonly #add: Statement;
  readonly #bury: Statement;
  readonly #totals: Statement;
  readonly #used: Statement;
  readonly #prepare: (sql: string) => Statement;
  readonly #order: string | undefined;

  constructor(connection: Connection, eviction: Eviction) {
    const prepared = new Map<string, Statement>();
    this.#prepare = (sql) => {
      const statement = prepared.get(sql) ?? connection.prepare(sql);
      prepared.set(sql, statement);
      return statement;
    };
    this.#order = eviction === 'none' ? undefined : EVICTION_ORDER[eviction];
    this.#body = connection.prepare('SELECT body FROM entries WHERE key = ?');
    this.#find = connection.prepare(
      'SELECT body, id, file, size, CASE WHEN stored IS NULL THEN token END FROM entries WHERE key = ?',
    );
    this.#put = connection.prepare(`${INSERT} ${UPDATE}`);
    this.#swap = connection.prepare(`${INSERT} ${UPDATE} WHERE token = ?9`);
    this.#add = connection.prepare(`${INSERT} NOTHING`);
    this.#bury = connection.prepare(
      `UPDATE entries SET token = ?2, expire = 0, purge = ?3, stored = NULL, accessed = NULL, size = ?4, file = NULL, body = NULL
       WHERE key = ?1 AND stored IS NOT NULL AND (expire IS NULL OR expire > ?5)`,
    );
    this.#totals = connection.prepare('SELECT bytes, live, files, garbage, evictions, hits, misses FROM totals');
    this.#used = connection.prepare(
      'UPDATE entries SET accessed = max(accessed, ?), uses = uses + ? WHERE id = ? AND stored IS NOT NULL',
    );
  }

  /** The value of most rows; null if what is there is not so simple and `find` must tell. */
  body(key: string): Buffer | undefined | null {
    const row = this.#body.get(key);
    return row === undefined ? undefined : (asBuffer(row[0]) ?? null);
  }

  find(key: string): FoundRow | undefined {
    const row = this.#find.get(key);
    if (row === undefined) return undefined;
    const [body, id, file, size, token] = row;
    return { id: Number(id), body: asBuffer(body), file: asText(file), size: Number(size), token: asBuffer(token) };
  }

  put(row: RowWrite): void {
    this.#put.run(...values(row));
  }

  /** Writes the row over the one with this token, or where there is none; whether it did. */
  swap(row: RowWrite, expected: Uint8Array): boolean {
    return this.#swap.run(...values(row), expected) > 0;
  }

  /** Writes the row where there is none; whether it did. */
  add(row: RowWrite): boolean {
    return this.#add.run(...values(row)) > 0;
  }

  /** Replaces a live row by the tombstone; whether there was one. */
  bury(tombstone: RowWrite, now: number): boolean {
    return this.#bury.run(tombstone.key, tombstone.token, tombstone.purge, tombstone.size, now) > 0;
  }

  totals(): Totals {
    const [bytes, live, files, garbage, evictions, hits, misses] = (this.#totals.get() ?? []).map(Number);
    return {
      bytes: bytes ?? 0,
      live: live ?? 0,
      files: files ?? 0,
      garbage: garbage ?? 0,
      evictions: evictions ?? 0,
      hits: hits ?? 0,
      misses: misses ?? 0,
    };
  }

  /** Notes that a row was read `times` times, last at `at`. */
  used(id: number, times: number, at: number): void {
    this.#used.run(at, times, id);
  }

  count(column: 'hits' | 'misses' | 'evictions', by: number): void {
    this.run(`UPDATE totals SET ${column} = ${column} + ?`, by);
  }

  /** Removes rows whose time is up; how many. */
  purge(now: number, limit: number): number {
    return this.run('DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE purge <= ? LIMIT ?)', now, limit);
  }

  /** Takes the values out of rows that are expired but must still be known for a while; how many. */
  empty(now: number, limit: number): number {
    return this.run(
      `UPDATE entries SET expire = 0, stored = NULL, accessed = NULL, size = length(CAST(key AS BLOB)) + ${ROW_BYTES}, file = NULL,
       body = NULL WHERE id IN (SELECT id FROM entries WHERE purge > ?1 AND purge <= ?1 + ${TOMBSTONE_TIME} AND stored IS NOT NULL
       AND expire <= ?1 LIMIT ?2)`,
      now,
      limit,
    );
  }

  /** Takes the value out of the row with this token, which must still be known until `purge`; how many rows: 0 or 1. */
  retire(id: number, token: Uint8Array, purge: number): number {
    return this.run(
      `UPDATE entries SET expire = 0, purge = ?1, stored = NULL, accessed = NULL, size = length(CAST(key AS BLOB)) + ${ROW_BYTES},
       file = NULL, body = NULL WHERE id = ?2 AND token = ?3 AND stored IS NOT NULL`,
      purge,
      id,
      token,
    );
  }

  /** The next rows to evict, with their sizes. */
  candidates(limit: number): readonly (readonly [id: number, size: number])[] {
    if (this.#order === undefined) return [];
    const sql = `SELECT id, size FROM entries WHERE stored IS NOT NULL ORDER BY ${this.#order} LIMIT ?`;
    return this.all(sql, limit).map(([id, size]) => [Number(id), Number(size)]);
  }

  remove(id: number): void {
    this.run('DELETE FROM entries WHERE id = ?', id);
  }

  /** Removes the tombstones that would go first; how many. */
  removeTombstones(limit: number): number {
    const sql = 'DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE stored IS NULL ORDER BY purge LIMIT ?)';
    return this.run(sql, limit);
  }

  /** Statements that are rarely needed are prepared when they are. */
  run(sql: string, ...parameters: SqlValue[]): number {
    return this.#prepare(sql).run(...parameters);
  }

  all(sql: string, ...parameters: SqlValue[]): readonly (readonly unknown[])[] {
    return this.#prepare(sql).all(...parameters);
  }
}

/** Milliseconds for which a deleted key is remembered, and a stored one at the least: longer than loads take. */
export const TOMBSTONE_TIME = 60_000;
/** About what a row takes besides its key and its value. */
export const ROW_BYTES = 120;

function values(row: RowWrite): SqlValue[] {
  return [row.key, row.token, row.expire, row.purge, row.stored, row.size, row.file, row.body];
}

function asBuffer(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
