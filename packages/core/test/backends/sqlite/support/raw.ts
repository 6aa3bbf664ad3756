import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, findDriver } from '../../../../src/backends/sqlite/driver.ts';

/** Files of a directory that hold entries. */
export function entryFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => /^cache-.*\.db$/.test(name))
    .map((name) => join(directory, name));
}

/** Does something to a database as any other program could. */
export function withDatabase<T>(path: string, work: (connection: Connection) => T): T {
  const connection = findDriver().open(path);
  try {
    connection.exec('PRAGMA busy_timeout = 5000');
    return work(connection);
  } finally {
    connection.close();
  }
}

/** Removes a row as lack of room would. */
export function evictRow(directory: string, rowKey: string): void {
  for (const path of entryFiles(directory)) {
    withDatabase(path, (database) => database.prepare('DELETE FROM entries WHERE key = ?').run(rowKey));
  }
}
