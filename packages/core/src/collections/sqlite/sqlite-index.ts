import type { Side } from '../collections.ts';
import type { IndexItem, IndexStore } from '../stores.ts';
import type { CollectionsFile } from './collections-file.ts';

/** Entries read at once while walking. */
const PAGE = 100;

const VALUE = 'SELECT value FROM indexes WHERE name = ? AND key = ?';
const LAST = 'SELECT max(position) FROM indexes WHERE name = ?';
const UPDATE = 'UPDATE indexes SET value = ? WHERE name = ? AND key = ?';
const INSERT = 'INSERT INTO indexes VALUES (?, ?, ?, ?)';
const DELETE = 'DELETE FROM indexes WHERE name = ? AND key = ?';
const COUNT = 'SELECT count(*) FROM indexes WHERE name = ?';
const END: Readonly<Record<Side, string>> = {
  front: 'SELECT key, value FROM indexes WHERE name = ? ORDER BY position LIMIT 1',
  back: 'SELECT key, value FROM indexes WHERE name = ? ORDER BY position DESC LIMIT 1',
};
const UPWARDS = 'SELECT position, key, value FROM indexes WHERE name = ? AND position > ? ORDER BY position LIMIT ?';
const DOWNWARDS =
  'SELECT position, key, value FROM indexes WHERE name = ? AND position < ? ORDER BY position DESC LIMIT ?';

type Row = readonly [position: number, key: string, value: Uint8Array];

/** An index as rows with a key and a position. */
export class SqliteIndex implements IndexStore {
  readonly #file: CollectionsFile;
  readonly #name: string;

  constructor(file: CollectionsFile, name: string) {
    this.#file = file;
    this.#name = name;
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#file.read((prepare) =>
      keys.map((key) => prepare(VALUE).get(this.#name, key)?.[0] as Uint8Array | undefined),
    );
  }

  async set(items: readonly IndexItem[]): Promise<void> {
    await this.#file.write((prepare) => {
      let last = prepare(LAST).get(this.#name)?.[0] as number | null;
      for (const [key, value] of items) {
        if (prepare(UPDATE).run(value, this.#name, key) > 0) continue;
        last = (last ?? 0) + 1;
        prepare(INSERT).run(this.#name, key, last, value);
      }
    });
  }

  add(key: string, value: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#file.write((prepare) => {
      const there = prepare(VALUE).get(this.#name, key)?.[0] as Uint8Array | undefined;
      if (there !== undefined) return there;
      const last = prepare(LAST).get(this.#name)?.[0] as number | null;
      prepare(INSERT).run(this.#name, key, (last ?? 0) + 1, value);
      return undefined;
    });
  }

  take(key: string): Promise<Uint8Array | undefined> {
    return this.#file.write((prepare) => {
      const there = prepare(VALUE).get(this.#name, key)?.[0] as Uint8Array | undefined;
      if (there !== undefined) prepare(DELETE).run(this.#name, key);
      return there;
    });
  }

  end(side: Side, take: boolean): Promise<IndexItem | undefined> {
    if (!take) return this.#file.read((prepare) => prepare(END[side]).get(this.#name) as IndexItem | undefined);
    return this.#file.write((prepare) => {
      const item = prepare(END[side]).get(this.#name) as IndexItem | undefined;
      if (item !== undefined) prepare(DELETE).run(this.#name, item[0]);
      return item;
    });
  }

  size(): Promise<number> {
    return this.#file.read((prepare) => prepare(COUNT).get(this.#name)?.[0] as number);
  }

  async clear(): Promise<void> {
    await this.#file.write((prepare) => prepare('DELETE FROM indexes WHERE name = ?').run(this.#name));
  }

  async *items(reverse: boolean): AsyncIterable<IndexItem> {
    let position = reverse ? Number.MAX_SAFE_INTEGER : 0;
    for (;;) {
      const beyond = position;
      const rows = await this.#file.read(
        (prepare) => prepare(reverse ? DOWNWARDS : UPWARDS).all(this.#name, beyond, PAGE) as readonly Row[],
      );
      for (const [at, key, value] of rows) {
        position = at;
        yield [key, value];
      }
      if (rows.length < PAGE) return;
    }
  }
}
