import { TOMBSTONE } from '../tombstone.ts';
import { randomBytes } from 'node:crypto';
import type { Codec } from '../../codecs/codec.ts';
import { decodeEntry } from '../../codecs/envelope.ts';
import type { Entry } from '../../entry.ts';
import { CacheError } from '../../errors.ts';
import type { MaybePromise } from '../backend.ts';
import { DatabaseFile } from './database-file.ts';
import type { Driver } from './driver.ts';
import { DroppedWrites } from './dropped-writes.ts';
import { Room } from './room.ts';
import { type FoundRow, Rows, type RowWrite, type Totals } from './rows.ts';
import { type ConnectionOptions, createEntries, type Eviction, prepareEntries } from './schema.ts';
import { Usage } from './usage.ts';
import { ValueFiles } from './value-files.ts';
import { untilFree, WriteQueue } from './write-queue.ts';

/** How the databases of one backend are kept. */
export interface ShardOptions {
  readonly driver: Driver;
  readonly codec: Codec;
  readonly connection: ConnectionOptions;
  /** Milliseconds that a write may wait. */
  readonly timeout: number;
  readonly eviction: Eviction;
  readonly maxBytes: number;
  readonly fileAbove: number;
  readonly statistics: boolean;
  readonly report: (operation: string, error: unknown) => void;
  /** The database was replaced, so that what deletions left behind is lost. */
  readonly replaced: () => void;
}

/** A write that is ready: its bytes, and its row. */
export interface ReadyWrite {
  readonly row: RowWrite;
  /** The bytes, if they go into a file. */
  readonly large: Uint8Array | undefined;
}

/** Milliseconds that a file may wait for the row that names it. */
const FILE_TIME = 60_000;
const FLUSH_EVERY = 1_000;

/** One database with the files beside it: a part of the keys of all stores. Keys here are those of rows. */
export class Shard {
  readonly options: ShardOptions;
  readonly files: ValueFiles;
  readonly database: DatabaseFile<Rows>;
  readonly queue: WriteQueue;
  readonly room: Room;
  readonly dropped: DroppedWrites;
  readonly #usage = new Usage();
  readonly #notesUse: boolean;
  #flushTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(path: string, options: ShardOptions) {
    this.options = options;
    this.files = new ValueFiles(`${path}.files`);
    this.queue = new WriteQueue(options.timeout);
    this.dropped = new DroppedWrites(options.report);
    this.#notesUse = options.eviction === 'least-recently-used' || options.eviction === 'least-frequently-used';
    this.database = new DatabaseFile(path, options.driver, {
      create: (connection) => createEntries(connection, options.eviction),
      connected: (connection) => {
        prepareEntries(connection, options.connection, options.eviction);
        return new Rows(connection, options.eviction);
      },
      quarantined: (error, quarantine) => {
        const told = new Error(`The database was damaged and lies at ${quarantine}.`, { cause: error });
        options.report('quarantine', told);
        this.files.abandon(quarantine);
        options.replaced();
      },
      replaced: options.replaced,
    });
    this.room = new Room(this);
  }

  /** The entry of a key, as it is; a promise if it is in a file. */
  get(key: string, now: number): MaybePromise<Entry | undefined> {
    if (this.dropped.has(key)) return undefined;
    try {
      if (!this.#notesUse && !this.options.statistics) return this.#find(key);
      const row = this.database.use((rows) => rows.find(key));
      const entry = row === undefined ? undefined : this.#read(key, row, 0);
      if (entry instanceof Promise) return entry.then((read) => this.#note(row, read, now));
      return this.#note(row, entry, now);
    } catch (error) {
      this.dropped.failed('get', error);
      return undefined;
    }
  }

  /** Writes rows, all or none. */
  put(writes: readonly ReadyWrite[], now: number): MaybePromise<void> {
    const keys = writes.map(({ row }) => row.key);
    return this.#write(keys, now, writes, undefined, (rows) => {
      for (const { row } of writes) rows.put(row);
    });
  }

  /** Replaces live rows by tombstones; how many there were. */
  bury(tombstones: readonly RowWrite[], now: number): MaybePromise<number> {
    const keys = tombstones.map(({ key }) => key);
    return this.#write(keys, now, [], 0, (rows) => {
      let live = 0;
      for (const each of tombstones) {
        if (rows.bury(each, now)) live += 1;
        else rows.put(each);
      }
      return live;
    });
  }

  /** Compare and set on the token; `undefined` expects nothing. @throws what the disk refuses */
  swap(write: ReadyWrite, expected: Uint8Array | undefined, now: number): MaybePromise<boolean> {
    const { row } = write;
    return this.#inTurn([row.key], now, [write], (rows) => {
      if (expected !== undefined) return rows.swap(row, expected);
      if (rows.add(row)) return true;
      if (!this.#isUnreadable(row.key, rows)) return false;
      rows.put(row);
      return true;
    });
  }

  totals(): Totals {
    return this.database.use((rows) => rows.totals());
  }

  /** Writes down what was read since the last time. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (!this.#usage.any) return;
    const { hits, misses, rows: used } = this.#usage.take();
    try {
      this.database.transaction((rows) => {
        if (hits > 0) rows.count('hits', hits);
        if (misses > 0) rows.count('misses', misses);
        for (const [id, { times, at }] of used) rows.used(id, times, at);
      });
    } catch {
      // Somebody else is writing, or nobody can: which entries were used is not worth waiting for.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.room.close();
    this.queue.close();
    this.database.close();
  }

  #find(key: string): MaybePromise<Entry | undefined> {
    const body = this.database.use((rows) => rows.body(key));
    if (body === undefined) return undefined;
    if (body !== null) return decodeEntry(key, body, this.options.codec);
    const row = this.database.use((rows) => rows.find(key));
    return row && this.#read(key, row, 0);
  }

  #read(key: string, row: FoundRow, attempt: number): MaybePromise<Entry | undefined> {
    if (row.body !== undefined) return decodeEntry(key, row.body, this.options.codec);
    if (row.file === undefined) return row.token && tombstone(row.token);
    return this.files.read(row.file).then((bytes) => {
      if (bytes !== undefined) return decodeEntry(key, bytes, this.options.codec);
      // The row was overwritten since it was read; if it names the same file still, the file is missing.
      const again = this.database.use((rows) => rows.find(key));
      return again === undefined || again.file === row.file || attempt > 5
        ? undefined
        : this.#read(key, again, attempt + 1);
    });
  }

  #note(row: FoundRow | undefined, entry: Entry | undefined, now: number): Entry | undefined {
    const live = row !== undefined && entry !== undefined && entry.deleteAt > now;
    if (live) this.#usage.hits += this.options.statistics ? 1 : 0;
    else this.#usage.misses += this.options.statistics ? 1 : 0;
    if (live && this.#notesUse) this.#usage.read(row.id, now);
    if (this.#usage.many) this.flush();
    else if (this.#usage.any && this.#flushTimer === undefined && !this.#closed) {
      this.#flushTimer = setTimeout(() => this.flush(), FLUSH_EVERY);
      this.#flushTimer.unref();
    }
    return entry;
  }

  /** A write that is dropped when the disk refuses it; `otherwise` is answered then. */
  #write<T>(
    keys: readonly string[],
    now: number,
    writes: readonly ReadyWrite[],
    otherwise: T,
    work: (rows: Rows) => T,
  ): MaybePromise<T> {
    const failed = (error: unknown): T => {
      this.dropped.add(keys);
      this.dropped.failed('write', error);
      return otherwise;
    };
    try {
      const done = this.#inTurn(keys, now, writes, work);
      return done instanceof Promise ? done.catch(failed) : done;
    } catch (error) {
      return failed(error);
    }
  }

  #inTurn<T>(
    keys: readonly string[],
    now: number,
    writes: readonly ReadyWrite[],
    work: (rows: Rows) => T,
  ): MaybePromise<T> {
    const large = writes.filter((each) => each.large !== undefined);
    const bytes = large.reduce((sum, each) => sum + (each.large?.byteLength ?? 0), 0);
    const commit = (): T => {
      const result = this.#commit(keys, large, work);
      this.room.afterWrite(now);
      return result;
    };
    const prepare = large.length === 0 ? undefined : (givenUp: () => boolean) => this.#writeFiles(large, givenUp);
    return this.queue.run(commit, prepare, bytes);
  }

  #commit<T>(keys: readonly string[], large: readonly ReadyWrite[], work: (rows: Rows) => T): T {
    const whole = (rows: Rows): T => {
      if (this.dropped.all) rows.run('DELETE FROM entries');
      for (const { row } of large) claimFile(rows, String(row.file));
      return work(rows);
    };
    const result = this.database.transaction(whole);
    if (this.dropped.all) this.dropped.cleared();
    else this.dropped.written(keys);
    return result;
  }

  /** Each file is noted as garbage first, so that one whose row is never written goes away by itself. */
  async #writeFiles(writes: readonly ReadyWrite[], givenUp: () => boolean): Promise<void> {
    for (const { row, large } of writes) {
      if (large === undefined || row.file === null) continue;
      const file = row.file;
      const due = Date.now() + FILE_TIME + this.options.timeout;
      await untilFree(() => {
        this.database.transaction((rows) => rows.run('INSERT INTO garbage VALUES (?, ?)', file, due));
      }, givenUp);
      if (givenUp()) return;
      await this.files.write(file, large, this.options.connection.synchronous === 'full');
    }
  }

  /** Whether the row holds nothing that `get` could have returned. */
  #isUnreadable(key: string, rows: Rows): boolean {
    if (this.dropped.has(key)) return true;
    const row = rows.find(key);
    if (row?.body !== undefined) return decodeEntry(key, row.body, this.options.codec) === undefined;
    if (row?.file === undefined) return false;
    const bytes = this.files.readNow(row.file);
    return bytes === undefined || decodeEntry(key, bytes, this.options.codec) === undefined;
  }
}

/** A name for the file of a value. */
export function newFileName(): string {
  return randomBytes(16).toString('hex');
}

/** The row about to be written names the file from now on. @throws if the file has been removed meanwhile */
function claimFile(rows: Rows, file: string): void {
  if (rows.run('DELETE FROM garbage WHERE file = ?', file) > 0) return;
  throw new CacheError('ERR_CACHE_BACKEND', 'The value took too long to be written, so it was dropped.');
}

/** What `get` returns for a key that was deleted: an entry that was never valid, with a token to tell it from others. */
function tombstone(token: Buffer): Entry {
  return { ...TOMBSTONE, token: token.toString('latin1') };
}
