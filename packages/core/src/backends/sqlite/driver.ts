import { createRequire } from 'node:module';
import { CacheError } from '../../errors.ts';

/** What a column or a parameter can hold. */
export type SqlValue = string | number | Uint8Array | null;

/** A prepared statement; rows are arrays in the order of the columns. */
export interface Statement {
  get(...values: SqlValue[]): readonly unknown[] | undefined;
  all(...values: SqlValue[]): readonly (readonly unknown[])[];
  /** How many rows it changed, those changed by triggers not counted. */
  run(...values: SqlValue[]): number;
}

/**
 * An open database. Whatever writes must do so in a transaction begun with `exec`: in libsql a prepared statement that
 * finds the database busy stays active, and what the connection writes next is then not committed. Errors of every method are those of the binding; `sqliteCode` reads them. */
export interface Connection {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
}

/** One of the two bindings. */
export interface Driver {
  readonly name: 'node:sqlite' | 'libsql';
  open(path: string): Connection;
}

interface NativeStatement {
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): { readonly changes: number | bigint };
  /** libsql: whether it returns rows; rows as arrays. */
  readonly reader?: boolean;
  raw?(): unknown;
  /** node:sqlite 22.16 and later: rows as arrays. */
  setReturnArrays?(on: boolean): void;
}

interface NativeDatabase {
  prepare(sql: string): NativeStatement;
  exec(sql: string): void;
  close(): void;
}

type DatabaseClass = new (path: string, options?: object) => NativeDatabase;

/**
 * `node:sqlite` where Node has it (22.13 and later), else the optional peer `libsql`.
 *
 * @throws CacheError `ERR_CACHE_BACKEND` when there is neither
 */
export function findDriver(): Driver {
  return nodeDriver() ?? libsqlDriver() ?? noDriver();
}

function nodeDriver(): Driver | undefined {
  const native = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as
    | { readonly DatabaseSync?: DatabaseClass }
    | undefined;
  const Database = native?.DatabaseSync;
  return Database && { name: 'node:sqlite', open: (path) => new NodeConnection(new Database(path)) };
}

function libsqlDriver(): Driver | undefined {
  try {
    const Database = createRequire(import.meta.url)('libsql') as DatabaseClass;
    return { name: 'libsql', open: (path) => new LibsqlConnection(new Database(path)) };
  } catch {
    return undefined;
  }
}

function noDriver(): never {
  const message = 'The SQLite backend needs Node 22.13 or later, or the package `libsql` (npm install libsql).';
  throw new CacheError('ERR_CACHE_BACKEND', message);
}

abstract class NativeConnection implements Connection {
  protected readonly native: NativeDatabase;

  constructor(native: NativeDatabase) {
    this.native = native;
  }

  abstract prepare(sql: string): Statement;

  exec(sql: string): void {
    this.native.exec(sql);
  }

  close(): void {
    this.native.close();
  }
}

class NodeConnection extends NativeConnection {
  prepare(sql: string): Statement {
    const statement = this.native.prepare(sql);
    statement.setReturnArrays?.(true);
    const row = (found: unknown): unknown[] => (Array.isArray(found) ? found : Object.values(found as object));
    return {
      get(...values) {
        const found = statement.get(...values);
        return found === undefined ? undefined : row(found);
      },
      all: (...values) => statement.all(...values).map(row),
      run: (...values) => Number(statement.run(...values).changes),
    };
  }
}

class LibsqlConnection extends NativeConnection {
  prepare(sql: string): Statement {
    const statement = this.native.prepare(sql);
    if (statement.reader === true) statement.raw?.();
    return {
      get: (...values) => statement.get(values) as unknown[] | undefined,
      all: (...values) => statement.all(values) as unknown[][],
      run: (...values) => Number(statement.run(values).changes),
    };
  }
}
