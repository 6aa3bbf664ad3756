import type { Entry } from '../../entry.ts';
import { CacheError } from '../../errors.ts';
import type { MaybePromise, Store, StoreCapabilities, StoreContext } from '../backend.ts';
import type { LogSource } from '../log-source.ts';
import { OneByOne } from '../one-by-one.ts';
import type { StreamStore } from '../streams.ts';
import { IncomingStream } from './incoming-stream.ts';
import { fromRowKey, rowKeyRanges, toRowKey } from './row-keys.ts';
import { type ReadyWrite, tombstoneRow, tombstoneWrite, valueWrite } from './row-writes.ts';
import type { Shard } from './shard.ts';

/** Rows written in one transaction. */
const BATCH = 200;
/** Keys listed at a time. */
const PAGE = 500;

/** The entries of one cache, spread over the databases by key. */
export class SqliteStore extends OneByOne implements Store {
  readonly capabilities: StoreCapabilities;
  readonly log: LogSource;
  readonly streams?: StreamStore;
  readonly endsWithin: number;
  readonly #shards: readonly Shard[];
  readonly #context: StoreContext;
  readonly #prefix: string;

  constructor(shards: readonly Shard[], context: StoreContext, log: LogSource) {
    super();
    this.#shards = shards;
    this.#context = context;
    this.log = log;
    this.endsWithin = shards[0]?.options.timeout ?? 0;
    this.#prefix = `${context.name}/${context.version}/`;
    const streams = shards[0]?.options.codec.passesStreams === true;
    this.capabilities = { atomic: true, shared: true, persistent: true, streams };
    if (streams) this.streams = this.#streams();
  }

  get(key: string): MaybePromise<Entry | undefined> {
    const rowKey = toRowKey(this.#prefix, key);
    return this.#shardOf(rowKey).get(rowKey, this.#context.clock.now());
  }

  set(key: string, entry: Entry): MaybePromise<void> {
    const now = this.#context.clock.now();
    const rowKey = toRowKey(this.#prefix, key);
    const shard = this.#shardOf(rowKey);
    let write: ReadyWrite;
    try {
      write = valueWrite(rowKey, entry, now, shard.options);
    } catch (error) {
      // A write must never leave an older value.
      return inOrder([() => thenNothing(this.delete(key))], () => {
        throw error;
      });
    }
    return shard.put([write], now);
  }

  override setMany(pairs: readonly (readonly [string, Entry])[]): MaybePromise<void> {
    const now = this.#context.clock.now();
    const entries = new Map(pairs.map(([key, entry]) => [toRowKey(this.#prefix, key), entry]));
    const work = this.#batches([...entries.keys()]).map(([shard, keys]) => {
      const ready = keys.map((key) => valueWrite(key, entries.get(key) as Entry, now, shard.options));
      return () => shard.put(ready, now);
    });
    return inOrder(work, () => {});
  }

  delete(key: string): MaybePromise<boolean> {
    const deleted = this.deleteMany([key]);
    return deleted instanceof Promise ? deleted.then((count) => count > 0) : deleted > 0;
  }

  override deleteMany(keys: readonly string[]): MaybePromise<number> {
    const now = this.#context.clock.now();
    const rowKeys = [...new Set(keys.map((key) => toRowKey(this.#prefix, key)))];
    let count = 0;
    const work = this.#batches(rowKeys).map(([shard, batch]) => () => {
      const tombstones = batch.map((key) => tombstoneRow(key, now));
      const buried = shard.bury(tombstones, now);
      const add = (live: number): void => {
        count += live;
      };
      return buried instanceof Promise ? buried.then(add) : add(buried);
    });
    return inOrder(work, () => count);
  }

  swap(key: string, expected: Entry | undefined, next: Entry | undefined): MaybePromise<boolean> {
    const now = this.#context.clock.now();
    const rowKey = toRowKey(this.#prefix, key);
    const shard = this.#shardOf(rowKey);
    const write = next === undefined ? tombstoneWrite(rowKey, now) : valueWrite(rowKey, next, now, shard.options);
    // An entry without a token was not read from here, so it is not what is there.
    if (expected !== undefined && expected.token === undefined) return false;
    return shard.swap(write, expected?.token === undefined ? undefined : Buffer.from(expected.token, 'latin1'), now);
  }

  /** Removes what is there now, some at a time; what others write meanwhile may stay. */
  clear(): MaybePromise<void> {
    const work = this.#shards.map((shard) => () => this.#clearShard(shard));
    return inOrder(work, () => {});
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    for (const shard of this.#shards) {
      for (const range of rowKeyRanges(this.#prefix, prefix)) {
        for await (const rowKey of this.#rowKeys(shard, range)) {
          const key = fromRowKey(this.#prefix, rowKey);
          if (key.startsWith(prefix)) yield key;
        }
      }
    }
  }

  #streams(): StreamStore {
    const place = (key: string): [shard: Shard, rowKey: string] => {
      const rowKey = toRowKey(this.#prefix, key);
      return [this.#shardOf(rowKey), rowKey];
    };
    const { clock } = this.#context;
    return {
      open(key) {
        const [shard, rowKey] = place(key);
        return shard.openStream(rowKey, clock.now());
      },
      begin(key, entry) {
        const [shard, rowKey] = place(key);
        return IncomingStream.begin(shard, clock, rowKey, entry);
      },
    };
  }

  async *#rowKeys(shard: Shard, start: string): AsyncGenerator<string> {
    const sql = `SELECT key, stored IS NOT NULL AND (expire IS NULL OR expire > ?) FROM entries WHERE key OPERATOR ? ORDER BY key LIMIT ${PAGE}`;
    let [operator, from] = ['>=', start];
    for (;;) {
      const text = sql.replace('OPERATOR', operator);
      const page = shard.database.use((rows) => rows.all(text, this.#context.clock.now(), from));
      for (const [key, live] of page) {
        from = String(key);
        if (!from.startsWith(start)) return;
        if (live === 1) yield from;
      }
      if (page.length < PAGE) return;
      operator = '>';
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #clearShard(shard: Shard): MaybePromise<void> {
    // `/` ends the prefix and `0` follows it, so this is the range of all keys that begin with the prefix.
    const end = `${this.#prefix.slice(0, -1)}0`;
    const remove = (): number =>
      shard.database.transaction((rows) => {
        const some = 'SELECT id FROM entries WHERE key >= ? AND key < ? LIMIT 1000';
        return rows.run(`DELETE FROM entries WHERE id IN (${some})`, this.#prefix, end);
      });
    const finish = (): void => shard.room.removeGarbage();
    const removed = shard.queue.run(remove);
    if (removed === 0) return finish();
    return (async () => {
      while ((await removed) > 0 && (await shard.queue.run(remove)) > 0)
        await new Promise((next) => setImmediate(next));
      finish();
    })();
  }

  /** The keys by shard, in batches of one transaction each. */
  #batches(rowKeys: readonly string[]): [shard: Shard, keys: string[]][] {
    const batches: [Shard, string[]][] = [];
    const current = new Map<Shard, string[]>();
    for (const key of rowKeys) {
      const shard = this.#shardOf(key);
      let batch = current.get(shard);
      if (batch === undefined || batch.length === BATCH) {
        batch = [];
        current.set(shard, batch);
        batches.push([shard, batch]);
      }
      batch.push(key);
    }
    return batches;
  }

  #shardOf(rowKey: string): Shard {
    const shard = this.#shards[this.#shards.length === 1 ? 0 : hash(rowKey) % this.#shards.length];
    if (shard === undefined) throw new CacheError('ERR_CACHE_CLOSED', 'The backend is closed.');
    return shard;
  }
}

function thenNothing(work: MaybePromise<unknown>): MaybePromise<void> {
  return work instanceof Promise ? work.then(() => {}) : undefined;
}

/** One after the other, without a promise where none is needed. */
function inOrder<T>(work: readonly (() => MaybePromise<void>)[], result: () => T): MaybePromise<T> {
  for (const [index, each] of work.entries()) {
    const done = each();
    if (done instanceof Promise) return done.then(() => inOrder(work.slice(index + 1), result));
  }
  return result();
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
