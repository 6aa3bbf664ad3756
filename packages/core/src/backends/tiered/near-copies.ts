import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Entry } from '../../entry.ts';
import { isRefusal } from '../../errors.ts';
import type { MaybePromise, StoreContext } from '../backend.ts';
import type { Tier } from './tier.ts';

/** What the near tier holds of an entry of the far one. */
export interface NearCopy {
  /** The entry as it is in the far tier, with the token that it has there; without one if this process wrote it. */
  readonly entry: Entry;
  /** From this instant on the copy is not to be used any more. */
  readonly until: number;
  /** Tells this copy from every other one. */
  readonly id: string;
}

/** Begins the last tag of a copy, which says until when it may be used and which token the entry has in the far tier. */
const MARK = '\0near\0';

/**
 * Copies of entries in the near tier, whatever store that is. A copy is an entry with the same value and deadlines, so that nothing of it is
 * lost in a store that keeps bytes; when it ends and what it is a copy of are written behind its tags. Nothing here ever fails: what cannot be read is
 * not there, and what cannot be written is reported.
 */
export class NearCopies {
  readonly #tier: Tier;
  readonly #ttl: number;
  readonly #clock: Clock;
  readonly #report: StoreContext['report'];
  /** What was made of an object of a store that keeps objects: a hit in memory builds nothing. */
  readonly #known = new WeakMap<Entry, NearCopy>();
  /** The copy that an entry was read from. */
  readonly #ids = new WeakMap<Entry, string>();
  readonly #instance = randomUUID();
  #count = 0;

  /** @param ttl the longest that a copy is used, in milliseconds */
  constructor(tier: Tier, ttl: number, { clock, report }: StoreContext) {
    this.#tier = tier;
    this.#ttl = ttl;
    this.#clock = clock;
    this.#report = report;
  }

  get(key: string): MaybePromise<NearCopy | undefined> {
    try {
      const found = this.#tier.get(key);
      if (!(found instanceof Promise)) return this.#usable(found);
      return found.then(
        (entry) => this.#usable(entry),
        (error: unknown) => this.#failed('get', error),
      );
    } catch (error) {
      return this.#failed('get', error);
    }
  }

  async getMany(keys: readonly string[]): Promise<(NearCopy | undefined)[]> {
    try {
      const found = await this.#tier.getMany(keys);
      return found.map((entry) => this.#usable(entry));
    } catch (error) {
      this.#failed('getMany', error);
      return keys.map(() => undefined);
    }
  }

  /**
   * Keeps copies of these entries, objects that nobody else keeps, for as long as the entries live, but not longer than the ttl.
   *
   * @param longest milliseconds, if they are to be kept no longer than that
   */
  keep(pairs: readonly (readonly [key: string, entry: Entry])[], longest: number = Infinity): MaybePromise<void> {
    const [first, ...more] = pairs.map(([key, entry]) => [key, this.#copyOf(entry, longest)] as const);
    if (first === undefined) return;
    const keys = pairs.map(([key]) => key);
    const { store } = this.#tier;
    const work = more.length === 0 ? () => store.set(...first) : () => store.setMany([first, ...more]);
    // What is too large for the near tier is in the far one; no older copies may stay here.
    return this.#quietly(
      'set',
      () => this.#tier.write('set', keys, work),
      () => this.drop(keys),
    );
  }

  drop(keys: readonly string[]): MaybePromise<void> {
    const { store } = this.#tier;
    const [first, ...more] = keys;
    if (first === undefined) return;
    const work = (): MaybePromise<unknown> => (more.length === 0 ? store.delete(first) : store.deleteMany(keys));
    // `delete` answers false for what was not there, which is as good.
    const removed = (): MaybePromise<true> => thenTrue(work());
    return this.#quietly('delete', () => this.#tier.write('delete', keys, removed));
  }

  clear(): MaybePromise<void> {
    return this.#quietly('clear', () => this.#tier.clear());
  }

  #copyOf(entry: Entry, longest: number): Entry {
    const until = Math.min(this.#clock.now() + Math.min(this.#ttl, longest), entry.deleteAt);
    this.#count += 1;
    const id = `${this.#instance} ${this.#count}`;
    const mark = MARK + JSON.stringify([until === Infinity ? null : until, entry.token ?? null, id]);
    const stored = { ...entry, tags: [...entry.tags, mark], token: undefined, checkedAt: -1 };
    this.#known.set(stored, { entry, until, id });
    this.#ids.set(entry, id);
    return stored;
  }

  /** Whether the key still has the copy that the entry was read from, however old: nothing was written here since. */
  async holds(key: string, entry: Entry): Promise<boolean> {
    const id = this.#ids.get(entry);
    if (id === undefined) return false;
    try {
      const found = await this.#tier.get(key);
      return found !== undefined && this.#read(found)?.id === id;
    } catch {
      return false;
    }
  }

  #read(found: Entry): NearCopy | undefined {
    const known = this.#known.get(found);
    if (known !== undefined) return known;
    const copy = readCopy(found);
    if (copy !== undefined) this.#ids.set(copy.entry, copy.id);
    return copy;
  }

  #usable(found: Entry | undefined): NearCopy | undefined {
    if (found === undefined) return undefined;
    const copy = this.#read(found);
    if (copy === undefined) return undefined;
    const now = this.#clock.now();
    // A copy that ends later than one made now was made before the clock was set back.
    return now < copy.until && copy.until - now <= this.#ttl ? copy : undefined;
  }

  #quietly(
    operation: string,
    work: () => MaybePromise<unknown>,
    refused?: () => MaybePromise<void>,
  ): MaybePromise<void> {
    const failed = (error: unknown): MaybePromise<void> => {
      return refused !== undefined && isRefusal(error) ? refused() : this.#failed(operation, error);
    };
    try {
      const done = work();
      return done instanceof Promise ? done.then(() => {}, failed) : undefined;
    } catch (error) {
      return failed(error);
    }
  }

  #failed(operation: string, error: unknown): undefined {
    this.#report(`l1 ${operation}`, error);
    return undefined;
  }
}

function readCopy(found: Entry): NearCopy | undefined {
  const mark = found.tags.at(-1);
  if (mark?.startsWith(MARK) !== true) return undefined;
  try {
    const [until, token, id] = JSON.parse(mark.slice(MARK.length)) as readonly unknown[];
    if ((typeof until !== 'number' && until !== null) || typeof id !== 'string') return undefined;
    const entry = { ...found, tags: found.tags.slice(0, -1), token: typeof token === 'string' ? token : undefined };
    return { entry, until: until ?? Infinity, id };
  } catch {
    return undefined;
  }
}

function thenTrue(work: MaybePromise<unknown>): MaybePromise<true> {
  return work instanceof Promise ? work.then(() => true) : true;
}
