import { decodeAny } from '../../codecs/streamed.ts';
import type { Entry } from '../../entry.ts';
import type { MaybePromise } from '../backend.ts';
import type { StoredStream } from '../streams.ts';
import { TOMBSTONE } from '../tombstone.ts';
import { StreamFile } from './outgoing-stream.ts';
import { envelopeLength } from './row-writes.ts';
import type { FoundRow, Rows } from './rows.ts';
import type { Shard } from './shard.ts';
import { Usage } from './usage.ts';

const FLUSH_EVERY = 1_000;
/** How often a row is looked at again whose file was gone because somebody overwrote the key. */
const MAX_AGAIN = 5;

/** The reads of one database, and the notes of what was used. */
export class ShardReads {
  readonly #shard: Shard;
  readonly #usage = new Usage();
  readonly #notesUse: boolean;
  readonly #notesAny: boolean;
  #flushTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(shard: Shard) {
    const { eviction, statistics } = shard.options;
    this.#shard = shard;
    this.#notesUse = eviction === 'least-recently-used' || eviction === 'least-frequently-used';
    this.#notesAny = this.#notesUse || statistics;
  }

  /** The entry of a key, as it is; a promise if it is in a file. */
  get(key: string, now: number): MaybePromise<Entry | undefined> {
    const { dropped, database } = this.#shard;
    if (dropped.has(key)) return undefined;
    try {
      if (!this.#notesAny) return this.#find(key);
      const row = database.use((rows) => rows.find(key));
      const entry = row === undefined ? undefined : this.#read(key, row);
      if (entry instanceof Promise) return entry.then((read) => this.#note(row, read, now));
      return this.#note(row, entry, now);
    } catch (error) {
      dropped.failed('get', error);
      return undefined;
    }
  }

  /** The value of a key if it came as a stream and is whole, as far as can be seen without reading it. */
  async openStream(key: string, now: number): Promise<StoredStream | undefined> {
    const { dropped, database } = this.#shard;
    if (dropped.has(key)) return undefined;
    try {
      let row = database.use((rows) => rows.find(key));
      for (let again = 0; row?.file !== undefined && again <= MAX_AGAIN; again += 1) {
        const handle = await this.#shard.files.open(row.file);
        if (handle !== undefined) {
          const { id, file } = row;
          const damaged = (): void => this.#removeDamaged(key, id, file);
          const found = await StreamFile.open(key, handle, envelopeLength(key, row.size), damaged);
          if (found !== undefined) this.#note(row, found.entry, now);
          return found;
        }
        row = this.#otherThan(row, key);
      }
      return undefined;
    } catch (error) {
      dropped.failed('get', error);
      return undefined;
    }
  }

  /** Whether a row holds nothing that `get` could have returned. */
  isUnreadable(key: string, rows: Rows): boolean {
    const { dropped, options, files } = this.#shard;
    if (dropped.has(key)) return true;
    const row = rows.find(key);
    if (row === undefined || (row.body === undefined && row.file === undefined)) return false;
    const bytes = row.body ?? files.readNow(row.file ?? '');
    return bytes === undefined || decodeAny(key, bytes, options.codec) === undefined;
  }

  /** Writes down what was read since the last time. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (!this.#usage.any) return;
    const { hits, misses, rows: used } = this.#usage.take();
    try {
      this.#shard.database.transaction((rows) => {
        if (hits > 0) rows.count('hits', hits);
        if (misses > 0) rows.count('misses', misses);
        for (const [id, { times, at }] of used) rows.used(id, times, at);
      });
    } catch {
      // Somebody else is writing, or nobody can: which entries were used is not worth waiting for.
    }
  }

  close(): void {
    this.flush();
    this.#closed = true;
  }

  #find(key: string): MaybePromise<Entry | undefined> {
    const { database, options } = this.#shard;
    const body = database.use((rows) => rows.body(key));
    if (body === undefined) return undefined;
    if (body !== null) return decodeAny(key, body, options.codec);
    const row = database.use((rows) => rows.find(key));
    return row && this.#read(key, row);
  }

  #read(key: string, row: FoundRow, again: number = 0): MaybePromise<Entry | undefined> {
    const { codec } = this.#shard.options;
    if (row.body !== undefined) return decodeAny(key, row.body, codec);
    if (row.file === undefined) return row.token && tombstone(row.token);
    return this.#shard.files.read(row.file).then((bytes) => {
      if (bytes !== undefined) return decodeAny(key, bytes, codec);
      const other = again > MAX_AGAIN ? undefined : this.#otherThan(row, key);
      return other && this.#read(key, other, again + 1);
    });
  }

  /** The row by which another one was overwritten since it was read; none if the same file is named still: it is missing. */
  #otherThan(row: FoundRow, key: string): FoundRow | undefined {
    const now = this.#shard.database.use((rows) => rows.find(key));
    return now?.file === row.file ? undefined : now;
  }

  #note(row: FoundRow | undefined, entry: Entry | undefined, now: number): Entry | undefined {
    if (!this.#notesAny) return entry;
    const live = row !== undefined && entry !== undefined && entry.deleteAt > now;
    const { statistics } = this.#shard.options;
    if (live) this.#usage.hits += statistics ? 1 : 0;
    else this.#usage.misses += statistics ? 1 : 0;
    if (live && this.#notesUse) this.#usage.read(row.id, now);
    if (this.#usage.many) this.flush();
    else if (this.#usage.any && this.#flushTimer === undefined && !this.#closed) {
      this.#flushTimer = setTimeout(() => this.flush(), FLUSH_EVERY);
      this.#flushTimer.unref();
    }
    return entry;
  }

  /** What turned out to be damaged must not fail every reader to come. */
  #removeDamaged(key: string, id: number, file: string): void {
    const { options, queue, database } = this.#shard;
    options.report('get', new Error(`The file ${file} of the value under ${key} is damaged.`));
    const remove = (): number =>
      database.transaction((rows) => rows.run('DELETE FROM entries WHERE id = ? AND file = ?', id, file));
    Promise.resolve()
      .then(() => queue.run(remove))
      .catch((error: unknown) => options.report('get', error));
  }
}

/** What `get` returns for a key that was deleted: an entry that was never valid, with a token to tell it from others. */
function tombstone(token: Buffer): Entry {
  return { ...TOMBSTONE, token: token.toString('latin1') };
}
