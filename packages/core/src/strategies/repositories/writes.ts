import { type Cache, spaceOf } from '../../cache.ts';
import { createEntry, type Entry, type Lifetime } from '../../entry.ts';
import { CacheError } from '../../errors.ts';
import { validateTags } from '../../invalidation/tags.ts';
import { encodeKey } from '../../key.ts';
import { rejectUnstorable } from '../../value-loads.ts';
import { isolatedOrReport } from '../isolated.ts';
import { PartialWriteError } from '../partial-write-error.ts';
import { openPlaces, type Place, settle } from '../place.ts';
import type { WriteFailure, WriteSource } from '../source.ts';
import { checkCanRemove, checkWriteSource, newSave, newWrite, removeAll, saveAll } from '../source-writes.ts';
import type { RepositorySettings, ValueTags } from './options.ts';

/** Options of strategies that write. */
export interface WriteOptions<K, V> {
  /** Tags that each write invalidates besides: of lists in which the value stands. The value is `undefined` where it was removed. */
  readonly invalidates?: ValueTags<K, V>;
}

/** What a write does to the cache once the source has it: keeps the written value, or forgets what was there. */
export type AfterWrite = 'keep' | 'forget';

/** A value that is about to be written; `undefined`: it is removed. */
interface Written<K, V> {
  readonly key: K;
  readonly value: V | undefined;
  /** What the value carries. */
  readonly tags: readonly string[];
  /** What the write invalidates besides. */
  readonly invalidated: readonly string[];
}

/** Writes values to a source, and makes the cache agree with it. */
export class SourceWrites<K, V> {
  readonly #cache: Cache;
  readonly #source: WriteSource<K, V>;
  readonly #settings: RepositorySettings<K, V>;
  readonly #after: AfterWrite;
  readonly #invalidatedBy: (key: K, value: V | undefined) => readonly string[];

  /** @throws CacheError `ERR_CACHE_OPTION` */
  constructor(
    cache: Cache,
    source: WriteSource<K, V>,
    settings: RepositorySettings<K, V>,
    after: AfterWrite,
    options: WriteOptions<K, V>,
  ) {
    checkWriteSource(source);
    this.#cache = cache;
    this.#source = source;
    this.#settings = settings;
    this.#after = after;
    this.#invalidatedBy = tagsInvalidatedBy(options);
  }

  async set(key: K, value: V): Promise<void> {
    await this.setMany([[key, value]]);
  }

  async setMany(entries: Iterable<readonly [key: K, value: V]>): Promise<void> {
    const given = [...entries];
    for (const [, value] of given) rejectNoValue(value);
    const written = this.#lastOfEach(given).map(([key, value]) => this.#written(key, value));
    await this.#write(written, () =>
      saveAll(
        this.#source,
        written.map(({ key, value }) => newSave(key, value as V)),
      ),
    );
  }

  async delete(key: K): Promise<void> {
    checkCanRemove(this.#source);
    await this.#write([this.#written(key, undefined)], () => removeAll(this.#source, [{ key, ...newWrite() }]));
  }

  /** Of several writes of one key only the last counts. */
  #lastOfEach(entries: readonly (readonly [K, V])[]): readonly (readonly [K, V])[] {
    const byKey = new Map(entries.map((entry) => [encodeKey(this.#settings.keyOf(entry[0])), entry]));
    return [...byKey.values()];
  }

  #written(key: K, value: V | undefined): Written<K, V> {
    const { tagsBefore, tagsAfter } = this.#settings;
    const tags = [...tagsBefore(key), ...tagsAfter(key, value)];
    return { key, value, tags, invalidated: this.#invalidatedBy(key, value) };
  }

  async #write(written: readonly Written<K, V>[], work: () => Promise<readonly WriteFailure<K>[]>): Promise<void> {
    if (written.length === 0) return;
    const { keyOf } = this.#settings;
    const places = await openPlaces(
      this.#cache,
      written.map(({ key }) => keyOf(key)),
    );
    let failures: readonly WriteFailure<K>[] | undefined;
    try {
      failures = await work();
    } finally {
      // Also after a failure: nobody knows whether the source has done it, so nobody may rely on what is there.
      await this.#settle(places, written, failures);
    }
    if (failures.length > 0) throw new PartialWriteError(failures, written.length);
  }

  async #settle(
    places: readonly Place[],
    written: readonly Written<K, V>[],
    failures: readonly WriteFailure<K>[] | undefined,
  ): Promise<void> {
    try {
      const kept = this.#kept(places, written, failures);
      const entryOf = (place: Place, index: number): Entry | undefined => {
        const each = kept[index];
        return each && writtenEntry(this.#cache, place, each, this.#settings.lifetime);
      };
      const invalidated = written.flatMap((each) => each.invalidated);
      await settle(this.#cache, places, entryOf, invalidated);
    } catch (error) {
      await settle(this.#cache, places, () => undefined);
      throw error;
    } finally {
      for (const place of places) place.end();
    }
  }

  /** What of the written values goes into the cache, in the order of the places. */
  #kept(
    places: readonly Place[],
    written: readonly Written<K, V>[],
    failures: readonly WriteFailure<K>[] | undefined,
  ): readonly (Written<K, V> | undefined)[] {
    if (this.#after === 'forget' || failures === undefined) return [];
    const failed = new Set(failures.map(({ key }) => encodeKey(this.#settings.keyOf(key))));
    return places.map((place, index) => {
      const each = written[index];
      const isDone = each?.value !== undefined && !failed.has(encodeKey(place.key));
      return isDone && !place.changed(each.tags) ? each : undefined;
    });
  }
}

/** Makes the tags that a write invalidates besides. @throws CacheError `ERR_CACHE_OPTION` */
export function tagsInvalidatedBy<K, V>({
  invalidates = [],
}: WriteOptions<K, V>): (key: K, value: V | undefined) => readonly string[] {
  if (typeof invalidates === 'function') return (key, value) => validateTags(invalidates(key, value), 'invalidates');
  const tags = validateTags(invalidates, 'invalidates');
  return () => tags;
}

/** What an entry is made of that was not loaded. */
export interface WrittenValue {
  readonly value: unknown;
  readonly tags: readonly string[];
  /** The latest instant at which it may be fresh. Default: none. */
  readonly limitAt?: number;
}

/** The entry of a value that its source has now; `undefined` if it cannot be kept. */
export function writtenEntry(
  cache: Cache,
  { key }: Place,
  { value, tags, limitAt = Infinity }: WrittenValue,
  lifetime: Lifetime,
): Entry | undefined {
  const { clock, log } = spaceOf(cache).root;
  const isolated = isolatedOrReport(cache, key, value);
  if (isolated === undefined) return undefined;
  return createEntry({ ...isolated, tags: distinct(tags), position: log.head, limitAt }, lifetime, clock.now());
}

function distinct(tags: readonly string[]): readonly string[] {
  return tags.length < 2 ? tags : [...new Set(tags)];
}

/** @throws CacheError `ERR_CACHE_VALUE` */
export function rejectNoValue(value: unknown): void {
  if (value === null) {
    throw new CacheError('ERR_CACHE_VALUE', 'The value is null, which says that there is none; allowed: `delete`.');
  }
  rejectUnstorable(value);
}
