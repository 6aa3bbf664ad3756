import type { Side } from '../collections.ts';
import type { DequeStore } from '../stores.ts';
import { PEEK, PULL, PUSH, RANGE, REMOVE, ROTATE } from './deque-scripts.ts';
import type { OpenConnection } from '../../backends/redis/open-connection.ts';

/** Elements read at once while walking. */
const PAGE = 100;

/** A deque as a Redis list. */
export class RedisDeque implements DequeStore {
  readonly #connection: OpenConnection;
  readonly #key: string;
  readonly #maxLength: number;

  constructor(connection: OpenConnection, key: string, maxLength: number) {
    this.#connection = connection;
    this.#key = key;
    this.#maxLength = maxLength;
  }

  async push(items: readonly Uint8Array[], side: Side, ttl: number): Promise<number> {
    const parameters = [side, finite(ttl), finite(this.#maxLength), ...items.map(buffer)];
    const [length] = await this.#connection.write(PUSH, this.#key, parameters);
    return length as number;
  }

  async pull(count: number, side: Side): Promise<Uint8Array[]> {
    return (await this.#connection.write(PULL, this.#key, [side, count])) as Uint8Array[];
  }

  async peek(side: Side): Promise<Uint8Array | undefined> {
    const [item] = await this.#connection.write(PEEK, this.#key, [side]);
    return item as Uint8Array | undefined;
  }

  length(): Promise<number> {
    return this.#connection.run((client) => client.llen(this.#key));
  }

  async rotate(steps: number): Promise<void> {
    await this.#connection.write(ROTATE, this.#key, [steps]);
  }

  async clear(): Promise<void> {
    await this.#connection.write(REMOVE, this.#key);
  }

  async *items(): AsyncIterable<Uint8Array> {
    for (let at = 0; ; at += PAGE) {
      const [elements, ...items] = await this.#connection.write(RANGE, this.#key, [at, at + PAGE - 1]);
      yield* items as Uint8Array[];
      if ((elements as number) < PAGE) return;
    }
  }
}

function finite(number: number): number | 'inf' {
  return number === Infinity ? 'inf' : number;
}

export function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
