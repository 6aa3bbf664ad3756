import { CacheError } from '../../errors.ts';
import type { DatabaseFile } from './database-file.ts';
import type { Rows } from './rows.ts';
import type { ValueFiles } from './value-files.ts';
import { untilFree } from './write-queue.ts';

/** Milliseconds that a file may wait for the row that names it, or for the next piece of its value. */
const FILE_TIME = 60_000;

/**
 * Files on their way into a row. Each is noted as garbage first, so that one whose row is never written goes away by itself.
 */
export class PendingFiles {
  readonly #database: DatabaseFile<Rows>;
  readonly #files: ValueFiles;
  readonly #time: number;

  /** @param timeout milliseconds that a row may wait for its turn */
  constructor(database: DatabaseFile<Rows>, files: ValueFiles, timeout: number) {
    this.#database = database;
    this.#files = files;
    this.#time = FILE_TIME + timeout;
  }

  /** Notes that the file is about to be written. */
  async announce(file: string, givenUp: () => boolean): Promise<void> {
    const due = Date.now() + this.#time;
    await untilFree(() => {
      this.#database.transaction((rows) => rows.run('INSERT INTO garbage VALUES (?, ?)', file, due));
    }, givenUp);
  }

  /** Notes that it is still being written, if that was not noted lately. */
  async prolong(file: string, announcedAt: number, givenUp: () => boolean): Promise<number> {
    const now = Date.now();
    if (now - announcedAt < FILE_TIME / 4) return announcedAt;
    await untilFree(() => {
      this.#database.transaction((rows) =>
        rows.run('UPDATE garbage SET due = ? WHERE file = ?', now + this.#time, file),
      );
    }, givenUp);
    return now;
  }

  /** Before a row that names the file is written, in the same transaction. @throws if the file has been removed meanwhile */
  claim(rows: Rows, file: string): void {
    if (rows.run('DELETE FROM garbage WHERE file = ?', file) > 0) return;
    throw new CacheError('ERR_CACHE_BACKEND', 'The value took too long to be written, so it was dropped.');
  }

  /** Removes a file that no row will name. */
  discard(file: string): void {
    if (!this.#files.remove(file)) return;
    try {
      this.#database.transaction((rows) => rows.run('DELETE FROM garbage WHERE file = ?', file));
    } catch {
      // The note goes with the other garbage, when it is due.
    }
  }
}
