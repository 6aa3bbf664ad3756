import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CacheError } from '../../errors.ts';
import type { Connection, Driver } from './driver.ts';
import { isBusy, isCorrupt } from './failures.ts';

/** What somebody does with the database while it is open. */
export interface DatabaseUser<S> {
  /** Makes the tables of a new file. */
  create(connection: Connection): void;
  /** Sets up a new connection and prepares what is needed. @throws for a file that must be replaced */
  connected(connection: Connection): S;
  /** The file was damaged or foreign: it lies at `quarantine` now, and a new one takes its place. */
  quarantined(error: unknown, quarantine: string): void;
  /** The file is another one than before: replaced by somebody. */
  replaced(): void;
}

/** Milliseconds after which it is looked whether the file was replaced, and after which opening is tried again. */
const LOOK_AGAIN = 500;
/** Tries to open a file. */
const MAX_REPLACED = 2;
const MAX_BUSY = 50;
/** Milliseconds after which a process that was replacing the file counts as dead. */
const LOCK_STALE = 5_000;

/**
 * A database file that mends itself: what is damaged is renamed and begun anew, when it is opened as well as when
 * the damage shows later, and what another process replaced is opened again.
 */
export class DatabaseFile<S> {
  readonly path: string;
  readonly #driver: Driver;
  readonly #user: DatabaseUser<S>;
  #connection: Connection | undefined;
  #session: S | undefined;
  #inode: string | undefined;
  #lookAt = 0;
  #failedUntil = 0;
  #failure: unknown;
  #closed = false;

  constructor(path: string, driver: Driver, user: DatabaseUser<S>) {
    this.path = path;
    this.#driver = driver;
    this.#user = user;
  }

  /** Runs `work`, once more on a new file if the file turns out to be damaged. @throws what `work` throws */
  use<T>(work: (session: S) => T): T {
    const session = this.#open();
    try {
      return work(session);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.quarantine(error);
      return work(this.#open());
    }
  }

  /** `work` as one transaction that begins as a writer; all that writes must be in one (see `Connection`). */
  transaction<T>(work: (session: S) => T): T {
    return this.use((session) => {
      const connection = this.#connection as Connection;
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = work(session);
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        rollback(connection);
        throw error;
      }
    });
  }

  /** Puts the file aside, unless somebody else has just done so. */
  quarantine(error: unknown): void {
    const inode = this.#inode ?? inodeOf(this.path);
    this.#release();
    const lock = `${this.path}.replacing`;
    if (inode === undefined || !takeLock(lock)) return;
    try {
      if (inodeOf(this.path) !== inode) return;
      const quarantine = `${this.path}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}.corrupt`;
      for (const suffix of ['-wal', '-shm', '']) move(this.path + suffix, quarantine + suffix);
      this.#user.quarantined(error, quarantine);
    } finally {
      rmSync(lock, { force: true });
    }
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #open(): S {
    const now = performance.now();
    if (this.#session !== undefined && now < this.#lookAt) return this.#session;
    if (this.#closed) throw new CacheError('ERR_CACHE_CLOSED', 'The backend is closed.');
    if (now < this.#failedUntil) throw this.#failure;
    this.#lookAt = now + LOOK_AGAIN;
    if (this.#session !== undefined) {
      if (inodeOf(this.path) === this.#inode) return this.#session;
      this.#release();
      this.#user.replaced();
    }
    return this.#connect();
  }

  #connect(): S {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#create();
        // Taken before opening: if the file is replaced in between, the next look notices.
        this.#inode = inodeOf(this.path);
        this.#connection = this.#driver.open(this.path);
        this.#session = this.#user.connected(this.#connection);
        return this.#session;
      } catch (error) {
        if (attempt <= MAX_REPLACED && isCorrupt(error)) {
          this.quarantine(error);
          continue;
        }
        this.#release();
        // Processes that begin a file together may get into each other's way without SQLite waiting.
        if (attempt <= MAX_BUSY && isBusy(error)) {
          pauseInPlace(Math.random() * 10);
          continue;
        }
        this.#failure = error;
        this.#failedUntil = performance.now() + (isBusy(error) ? 0 : LOOK_AGAIN);
        throw error;
      }
    }
  }

  /**
   * A new file appears complete or not at all, so that processes that begin together do not find half of one: it is made
   * under another name, and what counts is a copy, which no connection of this process has open.
   */
  #create(): void {
    if (existsSync(this.path)) return;
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${process.pid}-${randomBytes(6).toString('hex')}.new`;
    const copy = `${draft}-copy`;
    try {
      const connection = this.#driver.open(draft);
      this.#user.create(connection);
      connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
      connection.close();
      writeFileSync(copy, readFileSync(draft), { mode: 0o600, flush: true });
      linkSync(copy, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      for (const each of [copy, draft, `${draft}-wal`, `${draft}-shm`]) rmSync(each, { force: true });
    }
  }

  #release(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#session = undefined;
    try {
      connection?.close();
    } catch {
      // A connection to a damaged file may fail to close; there is nothing to be saved in it.
    }
  }
}

function pauseInPlace(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function rollback(connection: Connection): void {
  try {
    connection.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself.
  }
}

function inodeOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

function takeLock(path: string): boolean {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
      const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (Date.now() - since < LOCK_STALE) return false;
      rmSync(path, { force: true });
    }
  }
  return false;
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
