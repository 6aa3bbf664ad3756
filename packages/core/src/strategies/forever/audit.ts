import { isDeepStrictEqual } from 'node:util';
import { type Cache, spaceOf } from '../../cache.ts';
import { Dependencies } from '../../dependencies.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { ageOf, isFresh } from '../../entry.ts';
import { invalidOption } from '../../errors.ts';
import { copy } from '../../isolation.ts';
import { checkFunctions, checkOptions } from '../call-options.ts';
import { loadPast } from '../repositories/load-past.ts';
import type { RepositorySettings } from '../repositories/options.ts';
import type { SourceReads } from '../repositories/reads.ts';

/** A value that is still answered although the source has another one: somebody forgot to invalidate it. */
export interface StaleFinding<K, V> {
  readonly key: K;
  /** What is answered; `undefined`: that there is none. */
  readonly cached: V | undefined;
  /** What the source has. */
  readonly actual: V | undefined;
  /** Milliseconds since it was cached. */
  readonly age: number;
}

/** How often values are compared with the source, and what becomes of differences. */
export interface AuditOptions<K, V> {
  /** The share of reads after which the value is loaded again and compared, from 0 to 1. */
  readonly share: number;
  /** Is told of each value that should have been invalidated. Default: an `error` event of the cache tells. */
  readonly onStale?: (finding: StaleFinding<K, V>) => void;
  /** Whether a cached value is as good as the source's. Default: deep equality. */
  readonly equals?: (cached: V | undefined, actual: V | undefined) => boolean;
  /** Whether what should have been invalidated is refreshed. Default: false, it is only told. */
  readonly mend?: boolean;
  /** How long after a difference a second look decides: a write may be under way. Default: `'1s'`. */
  readonly confirmAfter?: Duration;
  /** The most comparisons at once; reads beyond are not audited. Default: 2. */
  readonly concurrency?: number;
}

/** What an audit has done so far. */
export interface AuditCounts {
  /** Values that were compared. */
  readonly checked: number;
  /** Values that should have been invalidated. */
  readonly stale: number;
  /** Comparisons that were left out, because enough were under way. */
  readonly skipped: number;
}

const OPTIONS = ['share', 'onStale', 'equals', 'mend', 'confirmAfter', 'concurrency'];

/** What an audit reads and mends. */
export interface Audited<K, V> {
  readonly cache: Cache;
  readonly reads: SourceReads<K, V>;
  readonly settings: RepositorySettings<K, V>;
  refresh(key: K): Promise<unknown>;
}

/** Compares a share of what is read with the source, in the background. */
export class Audit<K, V> {
  readonly #audited: Audited<K, V>;
  readonly #options: AuditOptions<K, V>;
  readonly #confirmAfter: number;
  readonly #concurrency: number;
  readonly #counts = { checked: 0, stale: 0, skipped: 0 };
  #running = 0;

  /** @throws CacheError `ERR_CACHE_OPTION` */
  constructor(audited: Audited<K, V>, options: AuditOptions<K, V>) {
    const { share, confirmAfter = '1s', concurrency = 2, mend } = options;
    checkOptions(options, OPTIONS);
    checkFunctions(options, ['onStale', 'equals']);
    if (!(share >= 0 && share <= 1)) throw invalidOption('share', share, 'a number from 0 to 1');
    if (!(Number.isInteger(concurrency) && concurrency > 0)) {
      throw invalidOption('concurrency', concurrency, 'a whole number, 1 or more');
    }
    if (mend !== undefined && typeof mend !== 'boolean') throw invalidOption('mend', mend, 'true or false');
    this.#audited = audited;
    this.#options = options;
    this.#confirmAfter = toMilliseconds(confirmAfter, 'confirmAfter');
    this.#concurrency = concurrency;
  }

  get counts(): AuditCounts {
    return { ...this.#counts };
  }

  /** Compares the value of a key that was read, if chance wants it. Nobody waits for it. */
  noteRead(key: K): void {
    if (Math.random() >= this.#options.share) return;
    if (this.#running >= this.#concurrency) {
      this.#counts.skipped += 1;
      return;
    }
    this.#running += 1;
    void this.#check(key)
      .catch((error: unknown) => this.#report(error))
      .finally(() => {
        this.#running -= 1;
      });
  }

  async #check(key: K): Promise<void> {
    const first = await this.#find(key);
    if (first === undefined) return;
    this.#counts.checked += 1;
    if (this.#isSame(first.value, await this.#load(key))) return;
    await this.#pause();
    const second = await this.#find(key);
    if (second === undefined || !this.#isSame(first.value, second.value)) return;
    const actual = await this.#load(key);
    if (this.#isSame(second.value, actual)) return;
    this.#counts.stale += 1;
    this.#tell({ key, cached: second.value, actual, age: second.age });
    if (this.#options.mend === true) await this.#audited.refresh(key);
  }

  /** What is answered to readers of the key, if the cache knows it. */
  async #find(key: K): Promise<{ readonly value: V | undefined; readonly age: number } | undefined> {
    const space = spaceOf(this.#audited.cache);
    const now = space.root.clock.now();
    const entry = await space.read(space.id(this.#audited.settings.keyOf(key)), now);
    if (entry === undefined || !isFresh(entry, now)) return undefined;
    // Not as a reader would: what is being made around the read that is audited does not depend on this.
    const value = entry.copyOnRead ? copy(entry.value) : entry.value;
    return { value: (value as V | null) ?? undefined, age: ageOf(entry, now) };
  }

  #load(key: K): Promise<V | undefined> {
    const { cache, reads, settings } = this.#audited;
    return loadPast(cache, reads, settings, key, new Dependencies(spaceOf(cache).root.log));
  }

  #isSame(cached: V | undefined, actual: V | undefined): boolean {
    const { equals } = this.#options;
    return equals === undefined ? isDeepStrictEqual(cached, actual) : equals(cached, actual);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => spaceOf(this.#audited.cache).root.clock.after(this.#confirmAfter, resolve));
  }

  #tell(finding: StaleFinding<K, V>): void {
    if (this.#options.onStale !== undefined) return this.#options.onStale(finding);
    this.#report(new Error(`A value is not what its source has, ${finding.age} ms after it was cached.`), finding.key);
  }

  #report(error: unknown, key?: K): void {
    const { cache, settings } = this.#audited;
    spaceOf(cache).report('audit', error, key === undefined ? undefined : settings.keyOf(key));
  }
}
