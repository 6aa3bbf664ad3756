import Database from 'libsql';

/** A connection to an atlas file. */
export type AtlasDatabase = Database.Database;

/** A prepared query whose rows have a known shape. */
export interface Query<Row> {
  all(...parameters: unknown[]): Row[];
  first(...parameters: unknown[]): Row | undefined;
}

/** Opens an atlas file for a server: readers do not wait for writers, and writers wait for each other. */
export function openDatabase(file: string): AtlasDatabase {
  const database = new Database(file);
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  return database;
}

/** Prepares a query once and names the shape of its rows. */
export function query<Row>(database: AtlasDatabase, sql: string): Query<Row> {
  const statement = database.prepare(sql);
  const all = (...parameters: unknown[]): Row[] => statement.all(...parameters) as Row[];
  return { all, first: (...parameters) => all(...parameters)[0] };
}
