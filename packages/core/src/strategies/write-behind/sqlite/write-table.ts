import { randomBytes } from 'node:crypto';
import type { Connection, SqlValue, Statement } from '../../../backends/sqlite/driver.ts';
import type { Codec } from '../../../codecs/codec.ts';
import { CacheError } from '../../../errors.ts';
import type { DeadWrite, PendingWrite, WriteKind } from '../journal.ts';
import type { Journaled, Kept, Sized } from '../write-log.ts';
import { writeId } from '../write-id.ts';

/** Changes with the tables. */
const VERSION = 1;

/** One row a name: a write takes the place of the one before. `reason` is set in dead ones. Sequences never come again. */
const TABLES = `
  CREATE TABLE writes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, key BLOB NOT NULL, value BLOB,
    accepted REAL NOT NULL, waiting REAL NOT NULL, attempts INTEGER NOT NULL, alone INTEGER NOT NULL, size INTEGER NOT NULL, reason TEXT
  );
  CREATE TABLE journal (identity TEXT NOT NULL, codec TEXT NOT NULL);
`;

/** Sets up a connection and makes the tables of a new file. @throws CacheError `ERR_CACHE_BACKEND` for a file of another version */
export function openTables(connection: Connection, synchronous: 'normal' | 'full'): void {
  connection.prepare('PRAGMA journal_mode = WAL').get();
  connection.exec(`PRAGMA synchronous = ${synchronous.toUpperCase()}`);
  connection.exec('BEGIN IMMEDIATE');
  const version = connection.prepare('PRAGMA user_version').get()?.[0];
  if (version === 0) connection.exec(`${TABLES}; PRAGMA user_version = ${VERSION}`);
  connection.exec('COMMIT');
  if (version === 0 || version === VERSION) return;
  const message = `The journal is of version ${String(version)}, not ${VERSION}: an application that wrote it must empty it.`;
  throw new CacheError('ERR_CACHE_BACKEND', message);
}

const NOTHING = new Uint8Array(0);
/** What a row takes; `reason` is set later. */
const ROW = '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)';
/** Rows that are inserted by one statement where there are so many: each call of a binding has its price. */
const TOGETHER = 10;

/** The rows of a journal. */
export class WriteTable {
  readonly #connection: Connection;
  readonly #codec: Codec;
  readonly #insert: Statement;
  readonly #insertTen: Statement;
  readonly #delete: Statement;
  readonly #update: Statement;

  constructor(connection: Connection, codec: Codec) {
    this.#connection = connection;
    this.#codec = codec;
    const insert = 'INSERT OR REPLACE INTO writes VALUES ';
    this.#insert = connection.prepare(insert + ROW);
    this.#insertTen = connection.prepare(insert + Array.from({ length: TOGETHER }, () => ROW).join());
    this.#delete = connection.prepare('DELETE FROM writes WHERE sequence IN (SELECT value FROM json_each(?))');
    this.#update = connection.prepare('UPDATE writes SET attempts = ?, alone = ?, reason = ? WHERE sequence = ?');
  }

  /** Of writes of one name only the last: the others would lose their rows to it. */
  insert(writes: readonly Journaled[]): void {
    const rows = [...new Map(writes.map((journaled) => [journaled.write.name, journaled])).values()];
    let index = 0;
    for (; index + TOGETHER <= rows.length; index += TOGETHER) {
      this.#insertTen.run(...rows.slice(index, index + TOGETHER).flatMap(columnsOf));
    }
    for (const row of rows.slice(index)) this.#insert.run(...columnsOf(row));
  }

  delete(writes: readonly PendingWrite[]): void {
    if (writes.length > 0) this.#delete.run(JSON.stringify(writes.map(({ sequence }) => sequence)));
  }

  update({ sequence, attempts, alone }: PendingWrite, reason: string | undefined): void {
    this.#update.run(attempts, alone ? 1 : 0, reason ?? null, sequence);
  }

  /** All that is kept. @throws CacheError `ERR_CACHE_BACKEND` for what cannot be read */
  all(): Kept {
    const identity = this.#identity();
    const pending: Sized<PendingWrite>[] = [];
    const dead: Sized<DeadWrite>[] = [];
    for (const row of this.#connection.prepare('SELECT * FROM writes ORDER BY sequence').all()) {
      const { item, size, reason } = this.#read(row, identity);
      if (reason === null) pending.push({ item, size });
      else dead.push({ item: { write: item, reason }, size });
    }
    const last = this.#connection.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'writes'").get();
    return { pending, dead, sequence: Number(last?.[0] ?? 0), identity };
  }

  /** What tells the ids of this file from those of others; values of another codec could not be read. */
  #identity(): string {
    const found = this.#connection.prepare('SELECT identity, codec FROM journal').get();
    if (found !== undefined && found[1] === this.#codec.name) return String(found[0]);
    if (found !== undefined) {
      const message = `The journal was written with the codec \`${String(found[1])}\`, not \`${this.#codec.name}\`.`;
      throw new CacheError('ERR_CACHE_BACKEND', message);
    }
    const identity = randomBytes(8).toString('hex');
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#connection.prepare('INSERT INTO journal VALUES (?, ?)').run(identity, this.#codec.name);
    this.#connection.exec('COMMIT');
    return identity;
  }

  #read(row: readonly unknown[], identity: string): Sized<PendingWrite> & { readonly reason: string | null } {
    const [sequence, name, kind, key, value, acceptedAt, waitingSince, attempts, alone, size, reason] = row as [
      number,
      string,
      WriteKind,
      Uint8Array,
      Uint8Array | null,
      number,
      number,
      number,
      number,
      number,
      string | null,
    ];
    const item: PendingWrite = {
      sequence,
      id: writeId(identity, sequence),
      name,
      kind,
      key: this.#codec.decode(key, name),
      value: value === null ? undefined : this.#codec.decode(value, name),
      copyOnRead: true,
      acceptedAt,
      waitingSince,
      attempts,
      alone: alone === 1,
    };
    return { item, size, reason };
  }
}

function columnsOf({ write, packed }: Journaled): SqlValue[] {
  const { sequence, name, kind, acceptedAt, waitingSince, attempts } = write;
  const { key = NOTHING, value = NOTHING } = packed.bytes ?? {};
  return [
    sequence,
    name,
    kind,
    key,
    kind === 'save' ? value : null,
    acceptedAt,
    waitingSince,
    attempts,
    0,
    packed.size,
  ];
}
