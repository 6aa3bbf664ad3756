import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Connection, Driver, Statement } from '../../backends/sqlite/driver.ts';
import { diskFailure, isBusy, isCorrupt } from '../../backends/sqlite/failures.ts';
import { untilFree, WriteQueue } from '../../backends/sqlite/write-queue.ts';
import { CacheError, isRefusal } from '../../errors.ts';

/** Changes with the tables. */
const VERSION = 1;
/** Milliseconds that one statement waits in place for another writer, before this process goes on meanwhile. */
const WAIT_IN_PLACE = 5;

const TABLES = `
  CREATE TABLE IF NOT EXISTS deques (name TEXT NOT NULL, position INTEGER NOT NULL, expire REAL, item BLOB NOT NULL, PRIMARY KEY (name, position));
  CREATE TABLE IF NOT EXISTS indexes (
    name TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (name, key), UNIQUE (name, position)
  );
  PRAGMA user_version = ${VERSION};
`;

/** One database of deques and indexes. Its statements are prepared once. */
export class CollectionsFile {
  readonly #path: string;
  readonly #driver: Driver;
  readonly #synchronous: 'normal' | 'full';
  readonly #queue: WriteQueue;
  readonly #timeout: number;
  readonly #statements = new Map<string, Statement>();
  #opening: Promise<Connection> | undefined;
  #closed = false;

  /** @param timeout milliseconds that a write may wait for those of others */
  constructor(path: string, driver: Driver, synchronous: 'normal' | 'full', timeout: number) {
    this.#path = path;
    this.#driver = driver;
    this.#synchronous = synchronous;
    this.#timeout = timeout;
    this.#queue = new WriteQueue(timeout);
  }

  async read<T>(work: (prepare: (sql: string) => Statement) => T): Promise<T> {
    const connection = await this.#open();
    return named(this.#path, () => work((sql) => this.#prepared(connection, sql)));
  }

  /** `work` as one transaction, in its turn. */
  async write<T>(work: (prepare: (sql: string) => Statement) => T): Promise<T> {
    const connection = await this.#open();
    return named(this.#path, () =>
      this.#queue.run(() => {
        connection.exec('BEGIN IMMEDIATE');
        try {
          const result = work((sql) => this.#prepared(connection, sql));
          connection.exec('COMMIT');
          return result;
        } catch (error) {
          rollback(connection);
          throw error;
        }
      }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.close();
    const connection = await this.#opening?.catch(() => undefined);
    this.#statements.clear();
    connection?.close();
  }

  #open(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new CacheError('ERR_CACHE_CLOSED', 'The collections are closed.'));
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** Processes that begin a file together may find it busy without SQLite waiting. */
  async #connect(): Promise<Connection> {
    const giveUpAt = performance.now() + this.#timeout;
    let opened: Connection | undefined;
    await named(this.#path, () =>
      untilFree(
        () => {
          opened = connected(this.#driver, this.#path, this.#synchronous);
        },
        () => performance.now() > giveUpAt,
      ),
    );
    if (opened !== undefined) return opened;
    throw new CacheError('ERR_CACHE_BACKEND', `The database ${this.#path} was busy for more than ${this.#timeout} ms.`);
  }

  #prepared(connection: Connection, sql: string): Statement {
    const statement = this.#statements.get(sql) ?? connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function connected(driver: Driver, path: string, synchronous: 'normal' | 'full'): Connection {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const connection = driver.open(path);
  try {
    connection.exec(`PRAGMA busy_timeout = ${WAIT_IN_PLACE}`);
    connection.prepare('PRAGMA journal_mode = WAL').get();
    connection.exec(`PRAGMA synchronous = ${synchronous.toUpperCase()}`);
    const version = connection.prepare('PRAGMA user_version').get()?.[0];
    if (version === 0) connection.exec(`BEGIN IMMEDIATE; ${TABLES} COMMIT`);
    else if (version !== VERSION) {
      const message = `The file ${path} is of version ${String(version)}; allowed: ${VERSION}.`;
      throw new CacheError('ERR_CACHE_BACKEND', message);
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** What goes wrong, as errors of this library: there is nothing to fall back on. */
async function named<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CacheError || isRefusal(cause)) throw cause;
    const what = isCorrupt(cause) ? 'damaged' : isBusy(cause) ? 'busy' : (diskFailure(cause) ?? String(cause));
    throw Object.assign(new CacheError('ERR_CACHE_BACKEND', `The database ${path}: ${what}.`), { cause });
  }
}

function rollback(connection: Connection): void {
  try {
    connection.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself.
  }
}
