import type { Entry } from '../../entry.ts';
import { OneByOne } from '../one-by-one.ts';
import type { Store, StoreCapabilities, StoreContext } from '../backend.ts';
import { type Connection, isForeign } from './connection.ts';
import { bytesOf, entryOf, isLive, TOMBSTONE_TTL, tokenOf, tombstoneOf, ttlOf } from './entry-bytes.ts';
import { KeySpace } from './key-space.ts';
import type { Settings } from './options.ts';
import { DONE, REPLACE, type Script, type ScriptArgument, SET, SWAP } from './scripts.ts';
import { StreamLog } from './stream-log.ts';

/** Writes that are under way at once for one call. */
const BATCH = 100;

/** The entries of one cache: a string key each, whose bytes begin with the header of the envelope. */
export class RedisStore extends OneByOne implements Store {
  readonly capabilities: StoreCapabilities = { atomic: true, shared: true, persistent: true };
  readonly endsWithin: number;
  readonly log: StreamLog;
  readonly #connection: Connection;
  readonly #settings: Settings;
  readonly #clock: StoreContext['clock'];
  readonly #prefix: string;
  readonly #space: KeySpace;
  #closed = false;

  constructor(connection: Connection, settings: Settings, { name, version, clock, report }: StoreContext) {
    super();
    this.#connection = connection;
    this.#settings = settings;
    this.endsWithin = settings.timeout;
    this.#clock = clock;
    this.#prefix = `${settings.prefix}:${name}:${version}:`;
    this.#space = new KeySpace(connection, this.#prefix, Math.max(1_000, settings.timeout), (error) =>
      report('clear', error),
    );
    const key = `${settings.prefix}:{${name}:${version}}:log`;
    this.log = new StreamLog(connection, key, (error) => report('invalidation log', error));
  }

  get(key: string): Promise<Entry | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const { beginning } = this.log;
    if (beginning === undefined) return this.#get(key, this.#connection.giveUpAt());
    const giveUpAt = this.#connection.giveUpAt();
    return beginning.then(() => this.#get(key, giveUpAt));
  }

  override async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const entries: (Entry | undefined)[] = Array.from({ length: keys.length });
    if (this.#closed || keys.length === 0) return entries;
    const giveUpAt = this.#connection.giveUpAt();
    await this.log.beginning;
    const ids = keys.map((key) => this.#prefix + key);
    const reading = this.#connection.groups(ids).map(async (group) => {
      const wanted = group.map((index) => ids[index] ?? '');
      const stored = await this.#connection.run((client) => client.mgetBuffer(wanted), giveUpAt);
      for (const [at, index] of group.entries()) {
        entries[index] = entryOf(keys[index] ?? '', stored[at] ?? null, this.#settings);
      }
    });
    await Promise.all(reading);
    return entries;
  }

  async set(key: string, entry: Entry): Promise<void> {
    if (this.#closed) return;
    let bytes: Buffer;
    try {
      bytes = bytesOf(key, entry, this.#settings);
    } catch (error) {
      // A write must never leave an older value.
      await this.delete(key);
      throw error;
    }
    await this.#write(SET, key, [bytes, ttlOf(entry, this.#clock.now())]);
  }

  override async setMany(pairs: readonly (readonly [string, Entry])[]): Promise<void> {
    for (const batch of batches(pairs)) await Promise.all(batch.map(([key, entry]) => this.set(key, entry)));
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    let deleted = 0;
    for (const batch of batches(keys)) {
      const there = await Promise.all(batch.map((key) => this.delete(key)));
      deleted += there.filter(Boolean).length;
    }
    return deleted;
  }

  async delete(key: string): Promise<boolean> {
    if (this.#closed) return false;
    const now = this.#clock.now();
    const answer = await this.#write(REPLACE, key, [tombstoneOf(key, now, this.#settings), TOMBSTONE_TTL]);
    return isLive(answer[2] as Buffer, now);
  }

  async swap(key: string, expected: Entry | undefined, next: Entry | undefined): Promise<boolean> {
    if (this.#closed) return false;
    const now = this.#clock.now();
    const giveUpAt = this.#connection.giveUpAt();
    const value =
      next === undefined
        ? [tombstoneOf(key, now, this.#settings), TOMBSTONE_TTL]
        : [bytesOf(key, next, this.#settings), ttlOf(next, now)];
    if (expected !== undefined) {
      if (expected.token === undefined) return false;
      return this.#swap(key, [...value, Buffer.from(expected.token, 'latin1')], giveUpAt);
    }
    if (await this.#swap(key, value, giveUpAt)) return true;
    // What cannot be read is nothing to `get`, so it must be nothing here too.
    const there = await this.#connection
      .run((client) => client.getBuffer(this.#prefix + key), giveUpAt)
      .catch(foreignIsEmpty);
    if (there === null || entryOf(key, there, this.#settings) !== undefined) return false;
    return this.#swap(key, [...value, tokenOf(there)], giveUpAt);
  }

  clear(): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#space.clear(this.#clock.now());
  }

  keys(prefix: string): AsyncIterable<string> {
    return this.#space.keys(prefix, () => this.#clock.now());
  }

  close(): void {
    this.#closed = true;
    this.log.close();
    this.#space.close();
  }

  #get(key: string, giveUpAt: number): Promise<Entry | undefined> {
    return this.#connection
      .run((client) => client.getBuffer(this.#prefix + key), giveUpAt)
      .then((stored) => entryOf(key, stored, this.#settings), foreignIsNothing);
  }

  async #swap(key: string, parameters: readonly ScriptArgument[], giveUpAt: number): Promise<boolean> {
    return (await this.#connection.write(SWAP, this.#prefix + key, parameters, giveUpAt))[0] === DONE;
  }

  #write(script: Script, key: string, parameters: readonly ScriptArgument[]): Promise<unknown[]> {
    return this.#connection.write(script, this.#prefix + key, parameters);
  }
}

/** So many at once that the first is not given up on while the last is still being sent. */
function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
}

function foreignIsEmpty(error: unknown): Buffer {
  if (isForeign(error)) return Buffer.alloc(0);
  throw error;
}

function foreignIsNothing(error: unknown): undefined {
  foreignIsEmpty(error);
}
