import { toMilliseconds } from '../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { Deque, PushOptions, Side, SideOption } from './collections.ts';
import type { ItemCodec } from './item-codec.ts';
import type { DequeStore } from './stores.ts';

/** A deque of values over a store of bytes. */
export class StoredDeque<T> implements Deque<T> {
  readonly #store: DequeStore;
  readonly #codec: ItemCodec;

  constructor(store: DequeStore, codec: ItemCodec) {
    this.#store = store;
    this.#codec = codec;
  }

  push(item: T, options?: PushOptions): Promise<number> {
    return this.pushMany([item], options);
  }

  async pushMany(items: Iterable<T>, options: PushOptions = {}): Promise<number> {
    rejectUnknownOptions(options, ['side', 'ttl']);
    const { ttl = 'forever' } = options;
    const side = sideOf(options, 'back');
    const encoded = Array.from(items, (item) => this.#codec.encode(item));
    const milliseconds = toMilliseconds(ttl, 'ttl');
    return encoded.length === 0 ? this.#store.length() : this.#store.push(encoded, side, milliseconds);
  }

  async pull(options?: SideOption): Promise<T | undefined> {
    return (await this.pullMany(1, options))[0];
  }

  async pullMany(count: number, options: SideOption = {}): Promise<T[]> {
    rejectUnknownOptions(options, ['side']);
    const side = sideOf(options, 'front');
    if (!Number.isSafeInteger(count) || count < 0) throw invalidOption('count', count, 'a whole number, 0 or more');
    const pulled = count === 0 ? [] : await this.#store.pull(count, side);
    return pulled.map((bytes) => this.#codec.decode(bytes) as T);
  }

  async peek(options: SideOption = {}): Promise<T | undefined> {
    rejectUnknownOptions(options, ['side']);
    const bytes = await this.#store.peek(sideOf(options, 'front'));
    return bytes && (this.#codec.decode(bytes) as T);
  }

  length(): Promise<number> {
    return this.#store.length();
  }

  async rotate(steps = 1): Promise<void> {
    if (!Number.isSafeInteger(steps)) throw invalidOption('steps', steps, 'a whole number');
    if (steps !== 0) await this.#store.rotate(steps);
  }

  clear(): Promise<void> {
    return this.#store.clear();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for await (const bytes of this.#store.items()) yield this.#codec.decode(bytes) as T;
  }
}

function sideOf({ side }: SideOption, otherwise: Side): Side {
  if (side === undefined) return otherwise;
  if (side !== 'front' && side !== 'back') throw invalidOption('side', side, "'front' or 'back'");
  return side;
}
