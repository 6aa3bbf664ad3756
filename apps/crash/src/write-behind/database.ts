import { setTimeout as pause } from 'node:timers/promises';
import type { Save, Source, WriteFailure } from '@cache/core/strategies';
import Database from 'libsql';
import type { NumberedValue } from '../numbered-value.ts';
import type { Random } from '../random.ts';
import type { FailPoints } from './fail-points.ts';

/** The part of the writes that it refuses, so that they must come again. */
const REFUSED = 0.05;
/** Milliseconds that a write takes at most. */
const LONGEST = 8;

/**
 * The database at the end: a table with the values, and one with every write in the order in which they came, by which is seen whether
 * one of a key came after a later one.
 */
export class WrittenDatabase {
  readonly #database: Database.Database;
  readonly #random: Random;
  readonly #points: FailPoints;

  constructor(path: string, random: Random, points: FailPoints) {
    this.#database = new Database(path);
    this.#random = random;
    this.#points = points;
    this.#database.exec('PRAGMA busy_timeout = 10000');
    this.#database.prepare('PRAGMA journal_mode = WAL').get();
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS rows (name TEXT PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS came (number INTEGER PRIMARY KEY, name TEXT NOT NULL, id TEXT NOT NULL);
    `);
  }

  /** What write-behind writes to. */
  source(): Source<string, NumberedValue> {
    return {
      loadMany: (names) => names.map((name) => this.read(name)),
      save: (name, value, { id }) => this.#refusable(name, () => this.#write([{ name, id, value }])),
      saveMany: async (saves) => {
        await this.#takeItsTime();
        return this.#saveMany(saves);
      },
      remove: (name, { id }) => this.#refusable(name, () => this.#write([{ name, id, value: undefined }])),
    };
  }

  /** What the table has. */
  read(name: string): NumberedValue | undefined {
    const row = this.#database.prepare('SELECT value FROM rows WHERE name = ?').get(name) as
      | { value: string }
      | undefined;
    return row && (JSON.parse(row.value) as NumberedValue);
  }

  /** Writes of a key that came after a later one of the same key. */
  disorder(): string[] {
    const rows = this.#database
      .prepare(
        `SELECT name, id, before FROM (
           SELECT name, id, max(id) OVER (PARTITION BY name ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
           FROM came
         ) WHERE id < before`,
      )
      .all() as { name: string; id: string; before: string }[];
    return rows.map(({ name, id, before }) => `${name}: ${id} came after ${before}`);
  }

  /** So that keys are written again while they are under way. */
  async #takeItsTime(): Promise<void> {
    await pause(this.#random.below(LONGEST));
  }

  #saveMany(saves: readonly Save<string, NumberedValue>[]): WriteFailure<string>[] {
    if (this.#random.next() < REFUSED) throw new Error('It takes none of them.');
    const refused = saves.filter(() => this.#random.next() < REFUSED);
    const taken = saves.filter((save) => !refused.includes(save));
    this.#write(taken.map(({ key, id, value }) => ({ name: key, id, value })));
    return refused.map(({ key }) => ({ key, error: new Error('It does not take this one.') }));
  }

  async #refusable(name: string, work: () => void): Promise<void> {
    await this.#takeItsTime();
    if (this.#random.next() < REFUSED) throw new Error(`It does not take ${name}.`);
    work();
  }

  /** In two transactions where they are several, so that a process can die between the halves of a batch. */
  #write(
    writes: readonly { readonly name: string; readonly id: string; readonly value: NumberedValue | undefined }[],
  ): void {
    const middle = writes.length >> 1;
    for (const half of [writes.slice(0, middle), writes.slice(middle)]) {
      if (half.length === 0) continue;
      this.#database.exec('BEGIN IMMEDIATE');
      for (const { name, id, value } of half) {
        this.#database.prepare('INSERT INTO came (name, id) VALUES (?, ?)').run([name, id]);
        if (value === undefined) this.#database.prepare('DELETE FROM rows WHERE name = ?').run([name]);
        else this.#database.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?)').run([name, JSON.stringify(value)]);
      }
      this.#database.exec('COMMIT');
      this.#points.pass('in the middle of a batch');
    }
  }
}
