import type { Clock } from '../../clock.ts';
import type { ItemCodec } from '../../collections/item-codec.ts';
import { decodeRowKey, encodeRowKey, type RowKey } from './row-key.ts';
import type { Removal, Save, WriteSource } from '../source.ts';
import { deliver } from './deliver.ts';
import { Lease } from './lease.ts';
import type { Marked, RedisValues } from './redis-values.ts';

/** What one synchronisation did. */
export interface SyncResult {
  /** Keys whose last write the other database has now. */
  readonly written: number;
  /** Keys that it refused, or whose turn did not come; they are tried again. */
  readonly failed: number;
}

/** How a database in Redis is synchronised. */
export interface SyncSettings<K, V> {
  readonly target: WriteSource<K, V>;
  readonly batchSize: number;
  /** Milliseconds after which another process may take over from one that stood still. */
  readonly lease: number;
  readonly clock: Clock;
  /** Told of each different error of a batch, with the first key that it concerns. */
  readonly onError: (error: unknown, key: K) => void;
}

/** Keys of which it is remembered that they were refused. */
const MOST_REFUSED = 10_000;
/** Keys refused in a row, each alone, after which the others wait for the next round: it is hardly they that are at fault. */
const MOST_IN_ROW = 3;

/**
 * Brings the last write of each marked key to the other database. Only the holder of the lease does; one that lost it on the way marks again what it
 * wrote late, so that a newer value that was there already comes back.
 */
export class Synchronisation<K extends RowKey, V> {
  readonly #values: RedisValues;
  readonly #codec: ItemCodec;
  readonly #settings: SyncSettings<K, V>;
  /** Attempts at each key that was refused at its last one. */
  readonly #refused = new Map<string, number>();

  constructor(values: RedisValues, codec: ItemCodec, settings: SyncSettings<K, V>) {
    this.#values = values;
    this.#codec = codec;
    this.#settings = settings;
  }

  /** One round through all marked keys; `undefined`: another process is at it. */
  async run(): Promise<SyncResult | undefined> {
    const { batchSize, clock, lease: milliseconds } = this.#settings;
    const lease = await Lease.take(this.#values, milliseconds, clock);
    if (lease === undefined) return undefined;
    let written = 0;
    let failed = 0;
    try {
      for (let beyond = '-inf'; lease.held; ) {
        const marked = await this.#values.marked(beyond, batchSize);
        const done = await this.#write(marked, lease);
        written += done;
        failed += marked.length - done;
        beyond = marked.at(-1)?.stamp ?? beyond;
        if (marked.length < batchSize) break;
      }
      return { written, failed };
    } finally {
      await lease.release().catch(() => {});
    }
  }

  /** How many of them are written and settled. */
  async #write(marked: readonly Marked[], lease: Lease): Promise<number> {
    const failures = new Map<string, unknown>();
    // What was refused before goes after the others and alone, so that it does not take them with it.
    const alone = marked.filter(({ key }) => this.#refused.has(key));
    const together = marked.filter(({ key }) => !this.#refused.has(key));
    await this.#deliver(together, lease, failures);
    let inRow = 0;
    for (const each of alone) {
      if (inRow < MOST_IN_ROW) await this.#deliver([each], lease, failures);
      else failures.set(each.key, undefined);
      inRow = failures.has(each.key) ? inRow + 1 : 0;
    }
    const done = marked.filter(({ key }) => !failures.has(key));
    if (!lease.held) {
      await this.#values.markAgain(done.map(({ key }) => key));
      return 0;
    }
    for (const { key } of done) this.#refused.delete(key);
    await this.#values.settle(done);
    return done.length;
  }

  async #deliver(batch: readonly Marked[], lease: Lease, failures: Map<string, unknown>): Promise<void> {
    const saves: Save<K, V>[] = [];
    const removals: Removal<K>[] = [];
    const failed = new Map<string, unknown>();
    for (const { key: text, id, value } of batch) {
      const context = { key: decodeRowKey<K>(text), id, attempt: this.#attempt(text), signal: lease.signal };
      try {
        if (value === undefined) removals.push(context);
        else saves.push({ ...context, value: this.#codec.decode(value) as V });
      } catch (error) {
        failed.set(text, error);
      }
    }
    if (!lease.held) for (const { key } of batch) failures.set(key, lease.signal.reason);
    if (!lease.held) return;
    for (const { key, error } of await deliver(this.#settings.target, saves, removals)) {
      failed.set(encodeRowKey(key), error);
    }
    this.#note(failed);
    for (const [key, error] of failed) failures.set(key, error);
  }

  #attempt(text: string): number {
    return (this.#refused.get(text) ?? 0) + 1;
  }

  #note(failed: ReadonlyMap<string, unknown>): void {
    const told = new Set<unknown>();
    for (const [text, error] of failed) {
      const attempt = this.#attempt(text);
      if (attempt > 1 || this.#refused.size < MOST_REFUSED) this.#refused.set(text, attempt);
      if (told.has(error)) continue;
      told.add(error);
      this.#settings.onError(error, decodeRowKey<K>(text));
    }
  }
}
