import { TOMBSTONE } from '../tombstone.ts';
import { randomBytes } from 'node:crypto';
import { decodeEntry, encodeEntry } from '../../codecs/envelope.ts';
import type { Clock } from '../../clock.ts';
import type { Entry } from '../../entry.ts';
import { CacheError } from '../../errors.ts';
import type { Store, StoreCapabilities, StoreContext } from '../backend.ts';
import { type Commands, isTooLarge, type Versioned } from './commands.ts';
import { ItemNames } from './item-names.ts';
import type { Settings } from './options.ts';
import { PageLog } from './page-log.ts';

/** Seconds that what is left of a deleted entry stays, so that a load which began before is not stored. */
const TOMBSTONE_TIME = 60;
const THIRTY_DAYS = 30 * 86_400;
const LAST_SECOND = 2 ** 31 - 1;

/** The entries of one cache in memcached. */
export class MemcachedStore implements Store {
  readonly capabilities: StoreCapabilities = { atomic: true, shared: true, persistent: false };
  readonly log: PageLog;
  readonly #commands: Commands;
  readonly #settings: Settings;
  readonly #names: ItemNames;
  readonly #clock: Clock;

  constructor(commands: Commands, settings: Settings, context: StoreContext) {
    this.#commands = commands;
    this.#settings = settings;
    this.#names = new ItemNames(settings.prefix, context);
    this.#clock = context.clock;
    this.log = new PageLog(commands, this.#names.page, settings.pollInterval, context);
  }

  async get(key: string): Promise<Entry | undefined> {
    return this.#read(key, await this.#commands.get(await this.#itemOf(key)));
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    if (keys.length === 0) return [];
    const generation = await this.log.generation();
    const items = keys.map((key) => this.#names.of(key, generation));
    const found = await this.#commands.getMany(items);
    return keys.map((key, index) => this.#read(key, found.get(items[index] ?? '')));
  }

  async set(key: string, entry: Entry): Promise<void> {
    const item = await this.#itemOf(key);
    try {
      await this.#commands.set(item, this.#print(key, entry), this.#secondsOf(entry));
    } catch (error) {
      // A write must never leave an older value.
      if (isRefusal(error)) await this.#commands.set(item, this.#print(key, TOMBSTONE), TOMBSTONE_TIME);
      throw refusal(error);
    }
  }

  async setMany(pairs: readonly (readonly [string, Entry])[]): Promise<void> {
    await all(pairs.map(([key, entry]) => this.set(key, entry)));
  }

  async delete(key: string): Promise<boolean> {
    const item = await this.#itemOf(key);
    // Both in one go: they are answered in this order.
    const [text] = await all([
      this.#commands.get(item),
      this.#commands.set(item, this.#print(key, TOMBSTONE), TOMBSTONE_TIME),
    ]);
    const found = this.#read(key, text ?? undefined);
    return found !== undefined && found.deleteAt > this.#clock.now();
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    const deleted = await all(keys.map((key) => this.delete(key)));
    return deleted.filter(Boolean).length;
  }

  async swap(key: string, expected: Entry | undefined, next: Entry | undefined): Promise<boolean> {
    const known = this.#names.of(key, await this.log.generation());
    // The page too, in the same go: another process may have cleared the store since it was looked at.
    const [page, there] = await all([this.log.look(), this.#commands.getVersioned(known)]);
    const item = this.#names.of(key, page.generation);
    return this.#swapItem(item, key, item === known ? there : await this.#commands.getVersioned(item), expected, next);
  }

  clear(): Promise<void> {
    return this.log.clear();
  }

  close(): void {
    this.log.close();
  }

  async #swapItem(
    item: string,
    key: string,
    there: Versioned,
    expected: Entry | undefined,
    next: Entry | undefined,
  ): Promise<boolean> {
    // What is there and cannot be read is nothing for whoever reads it.
    const found = this.#read(key, there.text);
    if (there.text !== undefined && found?.token !== expected?.token) return false;
    const write = async (entry: Entry, seconds: number): Promise<boolean> => {
      const text = this.#print(key, entry);
      const stored = await this.#commands.replace(item, text, seconds, there);
      // It had to make room meanwhile, which counts as still there.
      if (stored !== 'absent') return stored === 'stored';
      return (await this.#commands.replace(item, text, seconds, { cas: undefined, text: undefined })) === 'stored';
    };
    try {
      return await write(next ?? TOMBSTONE, next === undefined ? TOMBSTONE_TIME : this.#secondsOf(next));
    } catch (error) {
      if (isRefusal(error)) await write(TOMBSTONE, TOMBSTONE_TIME);
      throw refusal(error);
    }
  }

  async #itemOf(key: string): Promise<string> {
    return this.#names.of(key, await this.log.generation());
  }

  #read(key: string, text: string | undefined): Entry | undefined {
    return text === undefined ? undefined : decodeEntry(key, Buffer.from(text, 'base64'), this.#settings.codec);
  }

  #print(key: string, entry: Entry): string {
    const text = encodeEntry(key, entry, this.#settings.codec, randomBytes(8)).toString('base64');
    if (text.length <= this.#settings.maxItemBytes) return text;
    const message = `The entry takes ${text.length} bytes; allowed: up to ${this.#settings.maxItemBytes}.`;
    throw new CacheError('ERR_CACHE_VALUE', message);
  }

  /** The lifetime as memcached takes it: seconds, from 30 days on a point in time; 0 for ever. Never shorter than that of a tombstone. */
  #secondsOf({ deleteAt }: Entry): number {
    const now = this.#clock.now();
    if (deleteAt === Infinity) return 0;
    const seconds = Math.max(TOMBSTONE_TIME, Math.ceil((deleteAt - now) / 1_000) + 1);
    if (seconds <= THIRTY_DAYS) return seconds;
    const instant = Math.ceil(now / 1_000) + seconds;
    return instant > LAST_SECOND ? 0 : instant;
  }
}

/** Waits for all, also if one fails. @throws what the first one threw */
async function all<T extends readonly unknown[]>(calls: readonly [...{ [K in keyof T]: Promise<T[K]> }]): Promise<T> {
  const running: readonly Promise<unknown>[] = calls;
  await Promise.allSettled(running);
  return (await Promise.all(running)) as unknown as T;
}

function isRefusal(error: unknown): boolean {
  return isTooLarge(error) || (error instanceof CacheError && error.code === 'ERR_CACHE_VALUE');
}

function refusal(error: unknown): unknown {
  if (!isTooLarge(error)) return error;
  return new CacheError('ERR_CACHE_VALUE', 'The entry is larger than what the memcached server takes (its option -I).');
}
