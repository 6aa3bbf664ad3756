import type { Side } from '../collections.ts';
import type { IndexItem, IndexStore } from '../stores.ts';
import { REMOVE } from './deque-scripts.ts';
import { ADD, END, PAGE, SET, TAKE } from './index-scripts.ts';
import type { OpenConnection } from '../../backends/redis/open-connection.ts';
import { buffer } from './redis-deque.ts';

/** Entries read at once while walking. */
const PAGE_LENGTH = 100;

/** An index as a Redis hash and a sorted set. */
export class RedisIndex implements IndexStore {
  readonly #connection: OpenConnection;
  readonly #keys: readonly [values: string, order: string];

  constructor(connection: OpenConnection, key: string) {
    this.#connection = connection;
    this.#keys = [`${key}:values`, `${key}:order`];
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const found = await this.#connection.run((client) => client.hmgetBuffer(this.#keys[0], ...keys));
    return found.map((value) => value ?? undefined);
  }

  async set(items: readonly IndexItem[]): Promise<void> {
    const parameters = items.flatMap(([key, value]) => [key, buffer(value)]);
    await this.#connection.write(SET, this.#keys, parameters);
  }

  async add(key: string, value: Uint8Array): Promise<Uint8Array | undefined> {
    const [there] = await this.#connection.write(ADD, this.#keys, [key, buffer(value)]);
    return there as Uint8Array | undefined;
  }

  async take(key: string): Promise<Uint8Array | undefined> {
    const [there] = await this.#connection.write(TAKE, this.#keys, [key]);
    return there as Uint8Array | undefined;
  }

  async end(side: Side, take: boolean): Promise<IndexItem | undefined> {
    const answer = await this.#connection.write(END, this.#keys, [side, take ? 1 : 0]);
    const [key, value] = answer as [key?: Buffer, value?: Buffer];
    return key === undefined || value === undefined ? undefined : [key.toString(), value];
  }

  size(): Promise<number> {
    return this.#connection.run((client) => client.hlen(this.#keys[0]));
  }

  async clear(): Promise<void> {
    await this.#connection.write(REMOVE, this.#keys);
  }

  async *items(reverse: boolean): AsyncIterable<IndexItem> {
    let position = reverse ? '+inf' : '-inf';
    for (;;) {
      const parameters = [position, PAGE_LENGTH, reverse ? 1 : 0];
      const found = (await this.#connection.write(PAGE, this.#keys, parameters)) as Buffer[];
      for (let index = 0; index < found.length; index += 3) {
        const [at, key, value] = found.slice(index, index + 3) as [Buffer, Buffer, Buffer];
        position = at.toString();
        yield [key.toString(), value];
      }
      if (found.length < 3 * PAGE_LENGTH) return;
    }
  }
}
