import type { Codec } from '../../codecs/codec.ts';
import type { Entry } from '../../entry.ts';
import type { MaybePromise } from '../backend.ts';
import type { StoredStream } from '../streams.ts';
import { DatabaseFile } from './database-file.ts';
import type { Driver } from './driver.ts';
import { DroppedWrites } from './dropped-writes.ts';
import { PendingFiles } from './pending-files.ts';
import { Room } from './room.ts';
import type { ReadyWrite } from './row-writes.ts';
import { Rows, type RowWrite, type Totals } from './rows.ts';
import { type ConnectionOptions, createEntries, type Eviction, prepareEntries } from './schema.ts';
import { ShardReads } from './shard-reads.ts';
import { ValueFiles } from './value-files.ts';
import { WriteQueue } from './write-queue.ts';

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

/** One database with the files beside it: a part of the keys of all stores. Keys here are those of rows. */
export class Shard {
  readonly options: ShardOptions;
  readonly files: ValueFiles;
  readonly database: DatabaseFile<Rows>;
  readonly queue: WriteQueue;
  readonly room: Room;
  readonly dropped: DroppedWrites;
  readonly pending: PendingFiles;
  readonly #reads: ShardReads;
  #closed = false;

  constructor(path: string, options: ShardOptions) {
    this.options = options;
    this.files = new ValueFiles(`${path}.files`);
    this.queue = new WriteQueue(options.timeout);
    this.dropped = new DroppedWrites(options.report);
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
    this.pending = new PendingFiles(this.database, this.files, options.timeout);
    this.room = new Room(this);
    this.#reads = new ShardReads(this);
  }

  /** The entry of a key, as it is; a promise if it is in a file. */
  get(key: string, now: number): MaybePromise<Entry | undefined> {
    return this.#reads.get(key, now);
  }

  /** The value of a key if it came as a stream and is whole, as far as can be seen without reading it. */
  openStream(key: string, now: number): Promise<StoredStream | undefined> {
    return this.#reads.openStream(key, now);
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
    const done = this.#inTurn([row.key], now, [write], (rows) => {
      if (expected !== undefined) return rows.swap(row, expected);
      if (rows.add(row)) return true;
      if (!this.#reads.isUnreadable(row.key, rows)) return false;
      rows.put(row);
      return true;
    });
    const settle = (stored: boolean): boolean => {
      if (!stored && row.file !== null) this.pending.discard(row.file);
      return stored;
    };
    return done instanceof Promise ? done.then(settle) : settle(done);
  }

  totals(): Totals {
    return this.database.use((rows) => rows.totals());
  }

  /** Writes down what was read since the last time. */
  flush(): void {
    this.#reads.flush();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reads.close();
    this.room.close();
    this.queue.close();
    this.database.close();
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
    const bytes = writes.reduce((sum, { large }) => sum + (large?.byteLength ?? 0), 0);
    const commit = (): T => {
      const result = this.#commit(keys, writes, work);
      this.room.afterWrite(now);
      return result;
    };
    const prepare = bytes === 0 ? undefined : (givenUp: () => boolean) => this.#writeFiles(writes, givenUp);
    return this.queue.run(commit, prepare, bytes);
  }

  #commit<T>(keys: readonly string[], writes: readonly ReadyWrite[], work: (rows: Rows) => T): T {
    const whole = (rows: Rows): T => {
      if (this.dropped.all) rows.run('DELETE FROM entries');
      const result = work(rows);
      // A swap that lost leaves its file what it was before: garbage.
      if (result !== false) for (const { row } of writes) if (row.file !== null) this.pending.claim(rows, row.file);
      return result;
    };
    const result = this.database.transaction(whole);
    if (this.dropped.all) this.dropped.cleared();
    else this.dropped.written(keys);
    return result;
  }

  async #writeFiles(writes: readonly ReadyWrite[], givenUp: () => boolean): Promise<void> {
    for (const { row, large } of writes) {
      if (large === undefined || row.file === null) continue;
      await this.pending.announce(row.file, givenUp);
      if (givenUp()) return;
      await this.files.write(row.file, large, this.options.connection.synchronous === 'full');
    }
  }
}
