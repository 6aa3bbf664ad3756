import { randomFillSync } from 'node:crypto';
import type { Connection } from './driver.ts';
import { OtherVersion } from './failures.ts';

/** How a full cache makes room. */
export type Eviction = 'least-recently-stored' | 'least-recently-used' | 'least-frequently-used' | 'none';

/** How a connection is set up. */
export interface ConnectionOptions {
  readonly synchronous: 'normal' | 'full';
  /** Milliseconds that one statement waits in place for another writer. */
  readonly wait: number;
}

/** Changes with the tables; a file of another version is put aside. */
const VERSION = 1;

/** By what the entries to evict are chosen, the first to go first. */
export const EVICTION_ORDER: Readonly<Record<Exclude<Eviction, 'none'>, string>> = {
  'least-recently-stored': 'stored',
  'least-recently-used': 'accessed',
  'least-frequently-used': 'uses, accessed',
};

/**
 * One row a key. `stored` is NULL in a tombstone: what a deleted key leaves behind, so that a load that began before is
 * not stored after. From `purge` on (NULL: never) the row may go; from `expire` on its value is gone. Exactly one of `file`
 * and `body` is set in a live row. The counters in `totals` are kept by triggers, so that they are exact for all
 * processes. In `garbage` is each file that no row names: `due` is when it may be removed.
 */
const ENTRIES = `
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, token BLOB NOT NULL, expire REAL, purge REAL, stored REAL,
    accessed REAL, uses INTEGER NOT NULL, size INTEGER NOT NULL, file TEXT, body BLOB
  );
  CREATE INDEX entries_purge ON entries (purge) WHERE purge IS NOT NULL;
  CREATE TABLE garbage (file TEXT PRIMARY KEY, due REAL NOT NULL);
  CREATE TABLE totals (
    id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, live INTEGER NOT NULL, files INTEGER NOT NULL,
    garbage INTEGER NOT NULL, evictions INTEGER NOT NULL, hits INTEGER NOT NULL, misses INTEGER NOT NULL
  );
  INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0, 0, 0);
  CREATE TRIGGER entries_insert AFTER INSERT ON entries BEGIN
    UPDATE totals SET bytes = bytes + NEW.size, live = live + (NEW.stored IS NOT NULL), files = files + (NEW.file IS NOT NULL);
  END;
  CREATE TRIGGER entries_delete AFTER DELETE ON entries BEGIN
    UPDATE totals SET bytes = bytes - OLD.size, live = live - (OLD.stored IS NOT NULL), files = files - (OLD.file IS NOT NULL);
  END;
  CREATE TRIGGER entries_update AFTER UPDATE OF size, stored, file ON entries
  WHEN NEW.size <> OLD.size OR (NEW.stored IS NULL) <> (OLD.stored IS NULL) OR NEW.file IS NOT OLD.file BEGIN
    UPDATE totals SET bytes = bytes + NEW.size - OLD.size, live = live + (NEW.stored IS NOT NULL) - (OLD.stored IS NOT NULL),
      files = files + (NEW.file IS NOT NULL) - (OLD.file IS NOT NULL);
  END;
  CREATE TRIGGER file_deleted AFTER DELETE ON entries WHEN OLD.file IS NOT NULL BEGIN
    INSERT OR IGNORE INTO garbage VALUES (OLD.file, 0);
  END;
  CREATE TRIGGER file_replaced AFTER UPDATE OF file ON entries WHEN OLD.file IS NOT NULL AND OLD.file IS NOT NEW.file BEGIN
    INSERT OR IGNORE INTO garbage VALUES (OLD.file, 0);
  END;
  CREATE TRIGGER garbage_insert AFTER INSERT ON garbage BEGIN UPDATE totals SET garbage = garbage + 1; END;
  CREATE TRIGGER garbage_delete AFTER DELETE ON garbage BEGIN UPDATE totals SET garbage = garbage - 1; END;
`;

/**
 * Positions begin at the microseconds since 1970, so that a log that is lost and begun anew goes on after every position that was
 * ever given. A record of the store '' makes everything up to it invalid.
 */
const LOG = `
  CREATE TABLE records (position INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, names TEXT NOT NULL);
  INSERT INTO records VALUES (:start, '', '[]');
`;

/** Makes the tables of a new file of entries. */
export function createEntries(connection: Connection, eviction: Eviction): void {
  createFile(connection, ENTRIES);
  createIndex(connection, eviction);
}

/** Makes the tables of a new invalidation log. @param start the first position */
export function createLog(connection: Connection, start: number): void {
  createFile(connection, LOG.replace(':start', String(start)));
}

/** Sets up a connection to a file of entries. @throws OtherVersion */
export function prepareEntries(connection: Connection, options: ConnectionOptions, eviction: Eviction): void {
  prepareConnection(connection, options);
  createIndex(connection, eviction);
}

/** Sets up a connection. @throws OtherVersion */
export function prepareConnection(connection: Connection, options: ConnectionOptions): void {
  connection.exec(`PRAGMA busy_timeout = ${options.wait}`);
  const version = connection.prepare('PRAGMA user_version').get()?.[0];
  if (version !== VERSION) throw new OtherVersion(`The file is of version ${String(version)}, not ${VERSION}.`);
  connection.exec(`PRAGMA synchronous = ${options.synchronous.toUpperCase()}`);
  connection.prepare('PRAGMA mmap_size = 67108864').get();
  connection.exec('PRAGMA cache_size = -8000');
  connection.prepare('PRAGMA journal_size_limit = 16777216').get();
}

function createFile(connection: Connection, tables: string): void {
  connection.exec('PRAGMA auto_vacuum = INCREMENTAL');
  connection.prepare('PRAGMA journal_mode = WAL').get();
  connection.exec(`BEGIN; ${tables}; PRAGMA user_version = ${VERSION}; COMMIT`);
}

/** Other processes may have chosen another eviction; then each has its index. */
function createIndex(connection: Connection, eviction: Eviction): void {
  if (eviction === 'none') return;
  const name = `entries_${eviction.replaceAll('-', '_')}`;
  if (connection.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name) !== undefined) return;
  const order = EVICTION_ORDER[eviction];
  connection.exec(`CREATE INDEX IF NOT EXISTS ${name} ON entries (${order}) WHERE stored IS NOT NULL`);
}

const pool = Buffer.alloc(4_096);
let used = pool.length;

/** Eight random bytes that tell one writing from all others. */
export function newToken(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 8;
  return pool.subarray(used - 8, used);
}
