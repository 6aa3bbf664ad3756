import { randomBytes } from 'node:crypto';
import { decodeEntry, encodeEntry } from '../../codecs/envelope.ts';
import type { Clock } from '../../clock.ts';
import type { Entry } from '../../entry.ts';
import type { Store, StoreCapabilities, StoreContext } from '../backend.ts';
import { OneByOne } from '../one-by-one.ts';
import { TOMBSTONE } from '../tombstone.ts';
import { ItemNames } from './item-names.ts';
import type { Items } from './items.ts';
import type { Settings } from './options.ts';
import { Turns } from './turns.ts';

/** Milliseconds that what is left of a deleted or expired entry stays, so that whoever read it before is told apart from the next one. */
const AFTERLIFE = 60_000;

/**
 * The entries of one cache in a Keyv, under names that nobody else knows: that makes this process the only one that uses them, and `swap`
 * atomic, because here it takes turns with other writes of the key.
 */
export class KeyvEntries extends OneByOne implements Store {
  readonly capabilities: StoreCapabilities = { atomic: true, shared: false, persistent: false };
  readonly #items: Items;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #names: ItemNames;
  readonly #turns = new Turns();

  constructor(items: Items, settings: Settings, { clock }: StoreContext) {
    super();
    this.#items = items;
    this.#settings = settings;
    this.#clock = clock;
    this.#names = new ItemNames(settings.prefix);
  }

  async get(key: string): Promise<Entry | undefined> {
    const text = await this.#items.get(this.#names.of(key), this.#items.deadline());
    return unlessDeleted(this.#parse(key, text));
  }

  override async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    if (keys.length === 0) return [];
    const names = keys.map((key) => this.#names.of(key));
    const texts = await this.#items.getMany(names, this.#items.deadline());
    return keys.map((key, index) => unlessDeleted(this.#parse(key, texts[index])));
  }

  set(key: string, entry: Entry): Promise<void> {
    return this.#inTurn(key, (item) => this.#orNothing(key, () => this.#write(item, entry)));
  }

  delete(key: string): Promise<boolean> {
    return this.#inTurn(key, (item) =>
      this.#orNothing(key, async () => {
        const found = await this.#read(item);
        await this.#write(item, TOMBSTONE);
        return found !== undefined && found.deleteAt > this.#clock.now();
      }),
    );
  }

  swap(key: string, expected: Entry | undefined, next: Entry | undefined): Promise<boolean> {
    return this.#inTurn(key, async (item) => {
      const found = await this.#read(item);
      // Where there is nothing at all it had to make room, because a deletion leaves something.
      const same = expected === undefined ? unlessDeleted(found) === undefined : found?.token === expected.token;
      if (found !== undefined && !same) return false;
      await this.#orNothing(key, () => this.#write(item, next ?? TOMBSTONE));
      return true;
    });
  }

  /** Cannot fail: the entries are out of reach at once, and leave the Keyv when their time is over. */
  clear(): void {
    this.#names.abandonAll();
  }

  /** After other writes of the key. The time for it runs from now on, and its item is the one that the key has when its turn comes. */
  #inTurn<T>(key: string, work: (item: Item) => Promise<T>): Promise<T> {
    const until = this.#items.deadline();
    return this.#turns.take(key, () => work({ key, name: this.#names.of(key), until }));
  }

  /** A write, after whose failure nobody knows what is there, so that nothing is: it must never leave an older value. */
  async #orNothing<T>(key: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      this.#names.abandon(key);
      throw error;
    }
  }

  async #read({ key, name, until }: Item): Promise<Entry | undefined> {
    return this.#parse(key, await this.#items.get(name, until));
  }

  #parse(key: string, text: string | undefined): Entry | undefined {
    return text === undefined ? undefined : decodeEntry(key, Buffer.from(text, 'base64'), this.#settings.codec);
  }

  async #write({ key, name, until }: Item, entry: Entry): Promise<void> {
    const { codec, maxTtl } = this.#settings;
    const lifetime = Math.max(0, Math.ceil(entry.deleteAt - this.#clock.now()));
    const text = encodeEntry(key, lifetime > 0 ? entry : TOMBSTONE, codec, randomBytes(8)).toString('base64');
    await this.#items.set(name, text, Math.min(lifetime, maxTtl) + AFTERLIFE, until);
  }
}

/** What a write is about, and until when it may take. */
interface Item {
  readonly key: string;
  readonly name: string;
  readonly until: number;
}

function unlessDeleted(found: Entry | undefined): Entry | undefined {
  return found?.deleteAt === TOMBSTONE.deleteAt ? undefined : found;
}
