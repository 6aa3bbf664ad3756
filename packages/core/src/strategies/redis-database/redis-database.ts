import { OpenConnection } from '../../backends/redis/open-connection.ts';
import type { RedisClient, RedisConnection } from '../../backends/redis/client.ts';
import { resolveSettings } from '../../backends/redis/options.ts';
import type { Codec } from '../../codecs/codec.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { ItemCodec } from '../../collections/item-codec.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../errors.ts';
import { encodeRowKey, type RowKey } from './row-key.ts';
import type { Repository } from '../repository.ts';
import type { WriteSource } from '../source.ts';
import { checkCanRemove, checkWriteSource } from '../source-writes.ts';
import { type Pending, RedisValues } from './redis-values.ts';
import { Synchronisation, type SyncResult } from './synchronisation.ts';

/** Options of a database in Redis. */
export interface RedisDatabaseOptions<K> {
  /** Tells it from other databases in the same Redis. */
  readonly name: string;
  /** How often the other database is brought up to date; `'forever'`: only by `flush()`. One process at a time does it. Default: `'10s'`. */
  readonly every?: Duration;
  /** Writes that the other database is given at once. Default: 500. */
  readonly batchSize?: number;
  /** After how long another process takes over from one that stood still while it wrote. Default: `'30s'`. */
  readonly lease?: Duration;
  /** How values become bytes. Default: structured clone. */
  readonly codec?: Codec;
  /** What all keys begin with: letters, digits, `_`, `.`, `-`. Default: `'cache'`. */
  readonly prefix?: string;
  /** How long a command may take before it fails. A write that was given up on does not take effect later. Default: `'1s'`. */
  readonly timeout?: Duration;
  /**
   * Is told when the other database refuses a write, with the first key of each different error, and without a key when Redis could not be asked. What was refused is
   * tried again each time. Default: a warning of the process.
   */
  readonly onError?: (error: unknown, key?: K) => void;
  /** Where the time comes from, for tests. Default: the clock of the machine. */
  readonly clock?: Clock;
}

const OPTIONS = ['name', 'every', 'batchSize', 'lease', 'codec', 'prefix', 'timeout', 'onError', 'clock'];
/** Milliseconds between two attempts of `flush` while another process synchronises. */
const LOOK_AGAIN = 50;

/** A repository whose values live in Redis, made by `redisDatabase`. */
export class RedisDatabase<K extends RowKey, V> implements Repository<K, V> {
  readonly #connection: OpenConnection;
  readonly #values: RedisValues;
  readonly #codec: ItemCodec;
  readonly #target: WriteSource<K, V>;
  readonly #synchronisation: Synchronisation<K, V>;
  readonly #every: number;
  readonly #clock: Clock;
  readonly #onError: (error: unknown, key?: K) => void;
  #cancel: () => void = () => {};
  #round: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @internal use `redisDatabase` */
  constructor(client: RedisClient | RedisConnection, target: WriteSource<K, V>, options: RedisDatabaseOptions<K>) {
    rejectUnknownOptions(options, OPTIONS);
    const { name, codec, batchSize = 500, clock = systemClock } = options;
    checkWriteSource(target);
    if (!Number.isSafeInteger(batchSize) || batchSize <= 0 || batchSize > 10_000) {
      throw invalidOption('batchSize', batchSize, 'a whole number from 1 to 10000');
    }
    const lease = toMilliseconds(options.lease ?? '30s', 'lease');
    if (!(lease >= 50 && lease <= 86_400_000)) throw invalidOption('lease', options.lease, "'50ms' to '1d'");
    this.#every = toMilliseconds(options.every ?? '10s', 'every');
    if (this.#every <= 0) throw invalidOption('every', options.every, "more than 0, or 'forever'");
    const { prefix, timeout } = resolveSettings({
      prefix: options.prefix ?? 'cache',
      timeout: options.timeout ?? '1s',
    });
    this.#codec = new ItemCodec(codec, name);
    this.#target = target;
    this.#clock = clock;
    this.#onError = options.onError ?? ((error) => warn(name, error));
    this.#connection = new OpenConnection(client, timeout);
    this.#values = new RedisValues(this.#connection, prefix, name);
    const settings = { target, batchSize, lease, clock, onError: this.#tell.bind(this) };
    this.#synchronisation = new Synchronisation(this.#values, this.#codec, settings);
    this.#synchroniseLater();
  }

  async get(key: K): Promise<V | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly K[]): Promise<(V | undefined)[]> {
    if (keys.length === 0) return [];
    const found = await this.#values.getMany(keys.map((key) => encodeRowKey(key)));
    return found.map((bytes) => bytes && (this.#codec.decode(bytes) as V));
  }

  /** Resolves when Redis has the value; the other database gets it later. */
  set(key: K, value: V): Promise<void> {
    return this.setMany([[key, value]]);
  }

  /** 500 at a time in one step. */
  async setMany(entries: Iterable<readonly [key: K, value: V]>): Promise<void> {
    await this.#values.save(this.#encoded(entries));
  }

  async delete(key: K): Promise<void> {
    checkCanRemove(this.#target);
    await this.#values.remove(encodeRowKey(key));
  }

  /**
   * Puts values into Redis that it has not, and that nobody has written since: all that the other database has, after Redis lost its data.
   *
   * @returns how many it had not
   */
  restore(entries: Iterable<readonly [key: K, value: V]>): Promise<number> {
    return this.#values.restore(this.#encoded(entries));
  }

  /** Brings the other database up to date now, with all that was written before; waits for another process that is at it. */
  async flush(): Promise<SyncResult> {
    for (;;) {
      const result = await this.#synchronise();
      if (result !== undefined) return result;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, LOOK_AGAIN);
      });
    }
  }

  /** What the other database has not got yet. */
  pending(): Promise<Pending> {
    return this.#values.pending();
  }

  /** Ends after a last attempt to bring the other database up to date. What it cannot take waits in Redis. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancel();
    await this.#synchronise().catch((error: unknown) => this.#tell(error));
    this.#connection.close();
  }

  #encoded(entries: Iterable<readonly [key: K, value: V]>): (readonly [key: string, value: Uint8Array])[] {
    return Array.from(entries, ([key, value]) => [encodeRowKey(key), this.#codec.encode(value)] as const);
  }

  /** One at a time in this process. */
  #synchronise(): Promise<SyncResult | undefined> {
    const round = this.#round.then(() => this.#synchronisation.run());
    this.#round = round.catch(() => {});
    return round;
  }

  #synchroniseLater(): void {
    if (this.#every === Infinity || this.#closed) return;
    this.#cancel = this.#clock.after(this.#every, () => {
      void this.#synchronise()
        .catch((error: unknown) => this.#tell(error))
        .then(() => this.#synchroniseLater());
    });
  }

  #tell(error: unknown, key?: K): void {
    try {
      this.#onError(error, key);
    } catch {
      // What only listens must not stop what it listens to.
    }
  }
}

function warn(name: string, error: unknown): void {
  process.emitWarning(`The database "${name}" in Redis could not be synchronised: ${String(error)}`, {
    type: 'CacheWarning',
    code: 'CACHE_REDIS_DATABASE',
  });
}

/**
 * A repository whose values live in Redis, which is the source of truth; another database gets the last write of each key every few seconds, in batches, for queries,
 * reports and backups. Reading and writing are one command of Redis each.
 *
 * The other database gets each last write at least once, with an `id` that is the same at each attempt, and in the order of the writes of a key: intermediate ones
 * are left out. Writes survive what Redis survives; set its persistence and `maxmemory-policy noeviction` accordingly.
 *
 * @param client a client of ioredis that you made and close, or where Redis is, as for `redis()`
 * @param target the other database
 * @throws CacheError `ERR_CACHE_OPTION`; methods reject with `ERR_CACHE_BACKEND` without Redis, and with `ERR_CACHE_CLOSED` after `close()`
 * @example
 * const stock = redisDatabase<number, Stock>('redis://localhost:6379', {
 *   save: (id, { count }) => sql`INSERT INTO stock VALUES (${id}, ${count}) ON CONFLICT (id) DO UPDATE SET count = excluded.count`,
 * }, { name: 'stock', every: '5s' });
 * await stock.set(5, { count: 12 });
 */
export function redisDatabase<K extends RowKey, V>(
  client: RedisClient | RedisConnection,
  target: WriteSource<K, V>,
  options: RedisDatabaseOptions<K>,
): RedisDatabase<K, V> {
  return new RedisDatabase(client, target, options);
}
