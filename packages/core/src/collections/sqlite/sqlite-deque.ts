import type { Side } from '../collections.ts';
import type { DequeStore } from '../stores.ts';
import type { CollectionsFile } from './collections-file.ts';

/** Items read at once while walking. */
const PAGE = 100;

const EDGES = 'SELECT min(position), max(position), count(*) FROM deques WHERE name = ?';
const INSERT = 'INSERT INTO deques VALUES (?, ?, ?, ?)';
const DELETE = 'DELETE FROM deques WHERE name = ? AND position = ?';
const MOVE = 'UPDATE deques SET position = ? WHERE name = ? AND position = ?';
const OUTERMOST: Readonly<Record<Side, string>> = {
  front: 'SELECT position, expire, item FROM deques WHERE name = ? ORDER BY position LIMIT ?',
  back: 'SELECT position, expire, item FROM deques WHERE name = ? ORDER BY position DESC LIMIT ?',
};
const FIRST_LIVE: Readonly<Record<Side, string>> = {
  front: 'SELECT item FROM deques WHERE name = ? AND (expire IS NULL OR expire > ?) ORDER BY position LIMIT 1',
  back: 'SELECT item FROM deques WHERE name = ? AND (expire IS NULL OR expire > ?) ORDER BY position DESC LIMIT 1',
};
const AFTER =
  'SELECT position, item FROM deques WHERE name = ? AND position > ? AND (expire IS NULL OR expire > ?) ORDER BY position LIMIT ?';

type Row = readonly [position: number, expire: number | null, item: Uint8Array];
type Edges = readonly [front: number | null, back: number | null, length: number];

/** A deque as rows with positions: those at the front count down from 0, those at the back up. */
export class SqliteDeque implements DequeStore {
  readonly #file: CollectionsFile;
  readonly #name: string;
  readonly #maxLength: number;

  constructor(file: CollectionsFile, name: string, maxLength: number) {
    this.#file = file;
    this.#name = name;
    this.#maxLength = maxLength;
  }

  push(items: readonly Uint8Array[], side: Side, ttl: number): Promise<number> {
    const expire = ttl === Infinity ? null : Date.now() + ttl;
    const step = side === 'back' ? 1 : -1;
    return this.#file.write((prepare) => {
      const [front, back, length] = prepare(EDGES).get(this.#name) as Edges;
      let position = (side === 'back' ? back : front) ?? -step;
      for (const item of items) prepare(INSERT).run(this.#name, (position += step), expire, item);
      const over = length + items.length - this.#maxLength;
      if (over <= 0) return length + items.length;
      const others = prepare(OUTERMOST[side === 'back' ? 'front' : 'back']).all(this.#name, over) as readonly Row[];
      for (const [at] of others) prepare(DELETE).run(this.#name, at);
      return this.#maxLength;
    });
  }

  pull(count: number, side: Side): Promise<Uint8Array[]> {
    return this.#file.write((prepare) => {
      const pulled: Uint8Array[] = [];
      while (pulled.length < count) {
        const wanted = Math.min(count - pulled.length, PAGE);
        const rows = prepare(OUTERMOST[side]).all(this.#name, wanted) as readonly Row[];
        for (const [position, expire, item] of rows) {
          prepare(DELETE).run(this.#name, position);
          if (expire === null || expire > Date.now()) pulled.push(item);
        }
        if (rows.length < wanted) break;
      }
      return pulled;
    });
  }

  peek(side: Side): Promise<Uint8Array | undefined> {
    return this.#file.read((prepare) => prepare(FIRST_LIVE[side]).get(this.#name, Date.now())?.[0] as Uint8Array);
  }

  length(): Promise<number> {
    return this.#file.read((prepare) => (prepare(EDGES).get(this.#name) as Edges)[2]);
  }

  async rotate(steps: number): Promise<void> {
    await this.#file.write((prepare) => {
      const [front, back, length] = prepare(EDGES).get(this.#name) as Edges;
      if (front === null || back === null) return;
      const moves = Math.abs(steps) % length;
      const from = prepare(OUTERMOST[steps > 0 ? 'back' : 'front']).all(this.#name, moves) as readonly Row[];
      for (const [index, [position]] of from.entries()) {
        prepare(MOVE).run(steps > 0 ? front - 1 - index : back + 1 + index, this.#name, position);
      }
    });
  }

  async clear(): Promise<void> {
    await this.#file.write((prepare) => prepare('DELETE FROM deques WHERE name = ?').run(this.#name));
  }

  async *items(): AsyncIterable<Uint8Array> {
    let position = -Number.MAX_SAFE_INTEGER;
    for (;;) {
      const after = position;
      const rows = await this.#file.read(
        (prepare) =>
          prepare(AFTER).all(this.#name, after, Date.now(), PAGE) as readonly (readonly [number, Uint8Array])[],
      );
      for (const [at, item] of rows) {
        position = at;
        yield item;
      }
      if (rows.length < PAGE) return;
    }
  }
}
