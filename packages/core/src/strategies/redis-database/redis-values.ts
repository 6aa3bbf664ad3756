import { randomUUID } from 'node:crypto';
import type { OpenConnection } from '../../backends/redis/open-connection.ts';
import { LEASE, MARK_AGAIN, MARKED, PENDING, RELEASE, REMOVE, RESTORE, SAVE, SETTLE } from './scripts.ts';

/** Keys that one script is given. */
const BATCH = 500;

/** A key that the other database has not got yet. */
export interface Marked {
  readonly key: string;
  /** Grows with each write. */
  readonly stamp: string;
  /** Tells this write from all others, also from those before Redis lost its data. */
  readonly id: string;
  /** `undefined`: the key was removed. */
  readonly value: Uint8Array | undefined;
}

/** How much the other database has not got yet. */
export interface Pending {
  /** Keys whose last write it has not got. */
  readonly keys: number;
  /** Milliseconds since the last write of the key that has waited longest; 0 if there is none. */
  readonly age: number;
}

/** The values of one database in Redis, with marks on the keys that the other database has not got yet. */
export class RedisValues {
  readonly #connection: OpenConnection;
  readonly #values: string;
  readonly #marks: string;
  readonly #keys: readonly [values: string, marks: string, state: string];
  readonly #lease: string;
  readonly #epoch: string = randomUUID();
  /** Who holds the lease. */
  readonly #token: string = randomUUID();

  constructor(connection: OpenConnection, prefix: string, name: string) {
    const base = `${prefix}:database:{${encodeURIComponent(name)}}`;
    this.#connection = connection;
    this.#values = `${base}:values`;
    this.#marks = `${base}:marks`;
    this.#keys = [this.#values, this.#marks, `${base}:state`];
    this.#lease = `${base}:lease`;
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const found = await this.#connection.run((client) => client.hmgetBuffer(this.#values, ...keys));
    return found.map((value) => value ?? undefined);
  }

  async save(items: readonly (readonly [key: string, value: Uint8Array])[]): Promise<void> {
    for (const batch of batches(items)) {
      await this.#connection.write(SAVE, this.#keys, [this.#epoch, ...flat(batch)]);
    }
  }

  async remove(key: string): Promise<void> {
    await this.#connection.write(REMOVE, this.#keys, [this.#epoch, key]);
  }

  async restore(items: readonly (readonly [key: string, value: Uint8Array])[]): Promise<number> {
    let restored = 0;
    for (const batch of batches(items)) {
      const [count] = await this.#connection.write(RESTORE, this.#keys, flat(batch));
      restored += count as number;
    }
    return restored;
  }

  /** Up to `count` marked keys, the oldest marks first, beyond that stamp. */
  async marked(beyond: string, count: number): Promise<Marked[]> {
    const answer = await this.#connection.write(MARKED, this.#keys, [beyond, count]);
    const [epoch, ...found] = answer as (Buffer | null)[];
    const marked: Marked[] = [];
    for (let index = 0; index < found.length; index += 3) {
      const [key, stamp, value] = found.slice(index, index + 3);
      const id = `${String(epoch)}:${String(stamp)}`;
      marked.push({ key: String(key), stamp: String(stamp), id, value: value ?? undefined });
    }
    return marked;
  }

  async settle(done: readonly Marked[]): Promise<void> {
    if (done.length === 0) return;
    const parameters = done.flatMap(({ key, stamp }) => [key, stamp]);
    await this.#connection.write(SETTLE, this.#keys, parameters);
  }

  async markAgain(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#connection.write(MARK_AGAIN, this.#keys, keys);
  }

  async pending(): Promise<Pending> {
    const [keys, age] = await this.#connection.write(PENDING, this.#keys);
    return { keys: keys as number, age: age as number };
  }

  /** Takes or renews the lease; whether this process has it now. */
  async lease(milliseconds: number): Promise<boolean> {
    return (await this.#connection.write(LEASE, this.#lease, [this.#token, milliseconds]))[0] === 1;
  }

  async release(): Promise<void> {
    await this.#connection.write(RELEASE, this.#lease, [this.#token]);
  }
}

function batches<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / BATCH);
  return Array.from({ length: count }, (_, index) => items.slice(index * BATCH, (index + 1) * BATCH));
}

function flat(items: readonly (readonly [key: string, value: Uint8Array])[]): (string | Buffer)[] {
  return items.flatMap(([key, value]) => [key, Buffer.from(value.buffer, value.byteOffset, value.byteLength)]);
}
