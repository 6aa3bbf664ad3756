import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../clock.ts';
import { type Entry, isExpired, isFresh } from '../../entry.ts';
import { isRefusal } from '../../errors.ts';
import { type Isolated, isolate, type ValueIsolation } from '../../isolation.ts';
import type { MaybePromise, Store, StoreCapabilities, StoreContext } from '../backend.ts';
import { BLIND_TRUST, type LogSource } from '../log-source.ts';
import { type NearCopy, NearCopies } from './near-copies.ts';
import { Overlaps, type Turn } from './overlaps.ts';
import { Tier } from './tier.ts';

/** The options of `tiered`, checked; times in milliseconds. */
export interface TieredSettings {
  readonly l1Ttl: number;
  readonly timeout: number;
  readonly l1Timeout: number;
  readonly failures: number;
  readonly retryAfter: number;
}

/**
 * A near store before a far one. The far one decides: what it answers and what it was told goes into the near one, unless a write of the same
 * key was under way at the same time.
 */
export class TieredStore implements Store {
  readonly capabilities: StoreCapabilities;
  readonly log?: LogSource;
  readonly keys?: (prefix: string) => AsyncIterable<string>;
  readonly #near: NearCopies;
  readonly #far: Tier;
  readonly #overlaps = new Overlaps();
  readonly #clock: Clock;
  readonly #values: ValueIsolation;
  readonly #report: StoreContext['report'];
  /** The object of the far store that an answer was made of, where it tells entries apart by that. */
  readonly #originals = new WeakMap<Entry, Entry>();

  constructor(near: Store, far: Store, settings: TieredSettings, context: StoreContext) {
    const { failures, retryAfter: pause } = settings;
    const l1 = new Tier(near, { name: 'l1', timeout: settings.l1Timeout, failures, pause }, context);
    this.#near = new NearCopies(l1, settings.l1Ttl, context);
    this.#far = new Tier(far, { name: 'l2', timeout: settings.timeout, failures, pause }, context);
    this.#clock = context.clock;
    this.#values = context.values ?? 'frozen';
    this.#report = context.report;
    const { atomic, shared, persistent } = far.capabilities;
    this.capabilities = { atomic, shared, persistent };
    const { log } = far;
    if (log !== undefined) this.log = limited(log, this.#far);
    if (far.keys !== undefined) this.keys = (prefix) => far.keys?.(prefix) ?? none();
  }

  get(key: string): MaybePromise<Entry | undefined> {
    const near = this.#near.get(key);
    if (near instanceof Promise) return near.then((copy) => this.#nearOrFar(key, copy));
    return this.#nearOrFar(key, near);
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const copies = await this.#near.getMany(keys);
    const answers = copies.map((copy) => copy?.entry);
    const now = this.#clock.now();
    const missing = keys.flatMap((_, index) => (this.#isFresh(copies[index], now) ? [] : [index]));
    if (missing.length === 0) return answers;
    const turns = missing.map((index) => this.#overlaps.begin(keys[index] ?? '', false));
    try {
      const found = await this.#far.getMany(turns.map(({ key }) => key));
      for (const [at, index] of missing.entries()) answers[index] = this.#answer(found[at]);
      await this.#promote(turns, pick(answers, missing), pick(copies, missing));
    } catch (error) {
      // Only what the near tier has nothing of must be asked for again, and that is for the caller to decide.
      if (missing.some((index) => answers[index] === undefined)) throw error;
      this.#report('l2 getMany', error);
    } finally {
      for (const turn of turns) this.#overlaps.end(turn);
    }
    return answers;
  }

  async set(key: string, entry: Entry): Promise<void> {
    await this.#setAll('set', [[key, entry]], () => this.#far.store.set(key, entry));
  }

  async setMany(pairs: readonly (readonly [string, Entry])[]): Promise<void> {
    if (pairs.length === 0) return;
    // One after the other: of two entries under one key the last one counts.
    const last = [...new Map(pairs)];
    await this.#setAll('setMany', last, () => this.#far.store.setMany(pairs));
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove('delete', [key], () => this.#far.store.delete(key));
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    return this.#remove('deleteMany', keys, () => this.#far.store.deleteMany(keys));
  }

  async swap(key: string, expected: Entry | undefined, next: Entry | undefined): Promise<boolean> {
    const turn = this.#overlaps.begin(key, true);
    let kept = false;
    try {
      const swapped = await this.#far.write('swap', [key], () => this.#swapFar(key, expected, next));
      kept = swapped && next !== undefined && turn.alone;
      if (kept && next !== undefined) await this.#near.keep([[key, withoutToken(next)]]);
      return swapped;
    } finally {
      // What the near tier holds may be why the swap failed.
      if (!kept) await this.#near.drop([key]);
      this.#overlaps.end(turn);
    }
  }

  async fill(key: string, expected: Entry | undefined, next: Entry): Promise<boolean> {
    const turn = this.#overlaps.begin(key, true);
    let filled = false;
    let longest = Infinity;
    try {
      // Not a write that leaves doubts when it fails: what it would have replaced is no older than what readers have seen, and if it
      // takes effect late, then only in place of exactly that.
      filled = await this.#far.run('fill', () => this.#swapFar(key, expected, next));
    } catch (error) {
      if (isRefusal(error)) throw error;
      this.#report('l2 fill', error);
      filled = turn.alone;
      longest = BLIND_TRUST;
    } finally {
      if (filled && turn.alone) await this.#near.keep([[key, next]], longest);
      else await this.#near.drop([key]);
      this.#overlaps.end(turn);
    }
    return filled;
  }

  async clear(): Promise<void> {
    this.#overlaps.beginAll();
    try {
      await this.#far.clear();
    } finally {
      await this.#near.clear();
      this.#overlaps.endAll();
    }
  }

  #nearOrFar(key: string, copy: NearCopy | undefined): MaybePromise<Entry | undefined> {
    return this.#isFresh(copy, this.#clock.now()) ? copy?.entry : this.#getFar(key, copy);
  }

  /** Only fresh copies are as good as the original: what is stale here may have been refreshed by another process. */
  #isFresh(copy: NearCopy | undefined, now: number): boolean {
    return copy !== undefined && isFresh(copy.entry, now);
  }

  async #getFar(key: string, copy: NearCopy | undefined): Promise<Entry | undefined> {
    const turn = this.#overlaps.begin(key, false);
    try {
      const entry = this.#answer(await this.#far.get(key));
      await this.#promote([turn], [entry], [copy]);
      return entry;
    } catch (error) {
      if (copy === undefined) throw error;
      this.#report('l2 get', error);
      return copy.entry;
    } finally {
      this.#overlaps.end(turn);
    }
  }

  /** The entry as it may be given to several callers: none of them can change what the next one gets. */
  #answer(found: Entry | undefined): Entry | undefined {
    if (found === undefined) return undefined;
    const answer = { ...found, ...this.#isolated(found) };
    if (found.token === undefined) this.#originals.set(answer, found);
    return answer;
  }

  #isolated({ value, copyOnRead }: Entry): Isolated<unknown> {
    if (this.#values === 'shared') return { value, copyOnRead };
    return this.#values === 'cloned' ? { value, copyOnRead: true } : isolate(value, 'frozen');
  }

  /** Puts what the far tier answered into the near one, in place of copies that are no longer true. */
  async #promote(
    turns: readonly Turn[],
    answers: readonly (Entry | undefined)[],
    copies: readonly (NearCopy | undefined)[],
  ): Promise<void> {
    const now = this.#clock.now();
    const kept: [string, Entry][] = [];
    const gone: string[] = [];
    for (const [index, { key, alone }] of turns.entries()) {
      const entry = answers[index];
      if (!alone) continue;
      if (entry !== undefined && !isExpired(entry, now)) kept.push([key, entry]);
      else if (copies[index] !== undefined) gone.push(key);
    }
    await this.#near.drop(gone);
    await this.#near.keep(kept);
  }

  async #setAll(
    operation: string,
    pairs: readonly (readonly [string, Entry])[],
    work: () => MaybePromise<void>,
  ): Promise<void> {
    const turns = pairs.map(([key]) => this.#overlaps.begin(key, true));
    let kept: (readonly [string, Entry])[] = [];
    try {
      await this.#far.write(
        operation,
        pairs.map(([key]) => key),
        work,
      );
      kept = pairs.filter((_, index) => turns[index]?.alone);
    } catch (error) {
      // The far tier works and refused a value: then it is nowhere. If it is away, the near tier goes on alone.
      if (isRefusal(error)) throw error;
      this.#report(`l2 ${operation}`, error);
      kept = pairs.filter((_, index) => turns[index]?.alone);
    } finally {
      const keys = new Set(kept.map(([key]) => key));
      await this.#near.drop(pairs.map(([key]) => key).filter((key) => !keys.has(key)));
      await this.#near.keep(kept.map(([key, entry]) => [key, withoutToken(entry)]));
      for (const turn of turns) this.#overlaps.end(turn);
    }
  }

  async #remove<T>(operation: string, keys: readonly string[], work: () => MaybePromise<T>): Promise<T> {
    const turns = keys.map((key) => this.#overlaps.begin(key, true));
    try {
      // Whatever the answer, nothing is left: `false` means that nothing was there.
      const [removed] = await this.#far.write(operation, keys, async () => [await work()] as const);
      return removed;
    } finally {
      await this.#near.drop(keys);
      for (const turn of turns) this.#overlaps.end(turn);
    }
  }

  async #swapFar(key: string, expected: Entry | undefined, next: Entry | undefined): Promise<boolean> {
    const far = this.#far.store;
    const original = expected && this.#originals.get(expected);
    if (original !== undefined) return far.swap(key, original, next);
    if (expected === undefined || expected.token !== undefined) return far.swap(key, expected, next);
    // From a copy that does not know how the far store names the entry: if nothing was written here since, it is the one there, unless that
    // differs because another process wrote it.
    if (!(await this.#near.holds(key, expected))) return false;
    const there = await far.get(key);
    // A far tier that others see leaves a trace where it deletes, so this entry had to make room. Elsewhere it may have been taken a moment ago.
    if (there === undefined) return this.capabilities.shared && far.swap(key, undefined, next);
    return isSame(there, expected) && far.swap(key, there, next);
  }
}

function pick<T>(from: readonly T[], indexes: readonly number[]): (T | undefined)[] {
  return indexes.map((index) => from[index]);
}

/** An entry as this process wrote it: the token that it gets in the far store is not known here. */
function withoutToken(entry: Entry): Entry {
  return { ...entry, token: undefined };
}

function isSame(one: Entry, other: Entry): boolean {
  return (
    one === other ||
    (one.storedAt === other.storedAt &&
      one.staleAt === other.staleAt &&
      one.revalidateUntil === other.revalidateUntil &&
      one.errorUntil === other.errorUntil &&
      one.limitAt === other.limitAt &&
      one.position === other.position &&
      isDeepStrictEqual(one.tags, other.tags) &&
      isDeepStrictEqual(one.value, other.value))
  );
}

/** The log of the far tier, whose every record is told within the timeout or fails. */
function limited(log: LogSource, far: Tier): LogSource {
  return {
    append: (names) => far.limited('append', log.append(names)),
    follow: (follower) => log.follow(follower),
    ...(log.poll !== undefined && { poll: () => log.poll?.() }),
  };
}

async function* none(): AsyncGenerator<string> {}
