import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Connection, findDriver } from '../../../backends/sqlite/driver.ts';
import { isBusy } from '../../../backends/sqlite/failures.ts';
import type { Codec } from '../../../codecs/codec.ts';
import { CacheError } from '../../../errors.ts';
import type { Packed, PendingWrite, WriteRequest } from '../journal.ts';
import type { Journaled, Kept, Settled, WriteLog } from '../write-log.ts';
import { Packing } from '../pack.ts';
import { FileLock } from './file-lock.ts';
import { openTables, WriteTable } from './write-table.ts';

/** How a file is used. */
export interface SqliteLogSettings {
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
  readonly codec: Codec;
  /** Milliseconds. */
  readonly openTimeout: number;
}

/** Milliseconds between two tries to open a file that another process has. */
const TRY_AGAIN = 25;

/** Writes in a file of SQLite that this process has to itself from `open` to `close`. */
export class SqliteLog implements WriteLog {
  readonly #settings: SqliteLogSettings;
  readonly #packing: Packing;
  #connection: Connection | undefined;
  #table: WriteTable | undefined;
  #lock: FileLock | undefined;

  constructor(settings: SqliteLogSettings) {
    this.#settings = settings;
    this.#packing = new Packing(settings.codec);
  }

  open(): Kept | Promise<Kept> {
    try {
      return this.#tryToOpen();
    } catch (error) {
      if (!isBusy(error)) throw this.#failure(error);
      return this.#openWhenFree();
    }
  }

  pack(request: WriteRequest): Packed {
    return this.#packing.pack(request);
  }

  append(writes: readonly Journaled[]): void {
    this.#inTransaction((table) => table.insert(writes));
  }

  /** Does not wait for the disk: what the power takes back here is only written to the database once more. */
  settle({ done, again, dead }: Settled): void {
    if (this.#settings.synchronous === 'full') this.#connection?.exec('PRAGMA synchronous = NORMAL');
    try {
      this.#settle({ done, again, dead });
    } finally {
      if (this.#settings.synchronous === 'full') this.#connection?.exec('PRAGMA synchronous = FULL');
    }
  }

  #settle({ done, again, dead }: Settled): void {
    this.#inTransaction((table) => {
      table.delete(done);
      for (const write of again) table.update(write, undefined);
      for (const { write, reason } of dead) table.update(write, reason);
    });
  }

  revive(writes: readonly PendingWrite[]): void {
    this.#inTransaction((table) => {
      for (const write of writes) table.update(write, undefined);
    });
  }

  forget(writes: readonly PendingWrite[]): void {
    this.#inTransaction((table) => table.delete(writes));
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#table = undefined;
    connection?.close();
    this.#lock?.release();
  }

  async #openWhenFree(): Promise<Kept> {
    const giveUpAt = Date.now() + this.#settings.openTimeout;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
      try {
        return this.#tryToOpen();
      } catch (error) {
        if (!isBusy(error)) throw this.#failure(error);
        if (Date.now() >= giveUpAt) throw this.#inUse();
      }
    }
  }

  #tryToOpen(): Kept {
    const { path, synchronous, codec } = this.#settings;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const driver = findDriver();
    const lock = new FileLock(driver, `${path}.lock`);
    try {
      const connection = driver.open(path);
      openTables(connection, synchronous);
      this.#table = new WriteTable(connection, codec);
      this.#connection = connection;
      this.#lock = lock;
      return this.#table.all();
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  #inTransaction(work: (table: WriteTable) => void): void {
    const [connection, table] = [this.#connection, this.#table];
    if (connection === undefined || table === undefined) {
      throw new CacheError('ERR_CACHE_CLOSED', 'The journal is closed.');
    }
    try {
      connection.exec('BEGIN IMMEDIATE');
      work(table);
      connection.exec('COMMIT');
    } catch (error) {
      rollback(connection);
      throw this.#failure(error);
    }
  }

  #inUse(): CacheError {
    const { path, openTimeout } = this.#settings;
    const message = `Another process has the journal ${path}, and did not end within ${openTimeout} ms; allowed: one process for each directory, or redisJournal.`;
    return new CacheError('ERR_CACHE_BACKEND', message);
  }

  #failure(error: unknown): CacheError {
    if (error instanceof CacheError) return error;
    const failure = new CacheError('ERR_CACHE_BACKEND', `The journal ${this.#settings.path} failed: ${String(error)}.`);
    failure.cause = error;
    return failure;
  }
}

function rollback(connection: Connection): void {
  try {
    connection.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself.
  }
}
