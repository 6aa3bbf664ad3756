import type { Connection, Driver } from '../../../backends/sqlite/driver.ts';

/**
 * A lock that ends with the process that holds it, however that ends: the lock that SQLite takes on a file, here an empty one beside the
 * journal. Not on the journal itself, because a binding may keep a closed connection open until its statements are collected.
 */
export class FileLock {
  readonly #connection: Connection;

  /** @throws what SQLite throws, "busy" while another process has it */
  constructor(driver: Driver, path: string) {
    this.#connection = driver.open(path);
    try {
      this.#connection.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  release(): void {
    this.#connection.exec('ROLLBACK');
    this.#connection.close();
  }
}
