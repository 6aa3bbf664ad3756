import type { MaybePromise } from '../../backends/backend.ts';
import { Batches } from '../../batches.ts';
import { type Cache, loadsOf, spaceOf } from '../../cache.ts';
import type { Entry } from '../../entry.ts';
import { CacheError, invalidOption } from '../../errors.ts';
import { encodeKey, type Key } from '../../key.ts';
import type { LoaderContext } from '../../loader.ts';
import type { Space } from '../../space.ts';
import type { GetOrSetOptions } from '../../value-loads.ts';
import { loadOptionsClass } from '../lazy-load-options.ts';
import type { ReadSource } from '../source.ts';
import { sourceContext } from './load-context.ts';
import type { RepositorySettings } from './options.ts';

/** The most keys that a source is asked for at once. */
export const MAX_BATCH = 100;

/** How reads become loads. */
export interface ReadOptions {
  /** The most keys that are loaded together; 1 loads each alone. */
  readonly maxBatch: number;
  /** Whether reads of several callers in the same turn of the event loop are loaded together. Default: true. */
  readonly gathers?: boolean;
}

/** A value as it lies in the cache: `null` says that the source has none. */
type Kept<V> = V | null;

/** The values of a source, read through a cache. */
export class SourceReads<K, V> {
  readonly #cache: Cache;
  readonly #space: Space;
  readonly #source: ReadSource<K, V>;
  readonly #settings: RepositorySettings<K, V>;
  readonly #maxBatch: number;
  readonly #batches: Batches<Wanted<K, V>, V | null | undefined> | undefined;
  readonly #LoadOptions: new (
    tags: () => readonly string[],
  ) => GetOrSetOptions;

  constructor(cache: Cache, source: ReadSource<K, V>, settings: RepositorySettings<K, V>, options: ReadOptions) {
    this.#cache = cache;
    this.#space = spaceOf(cache);
    this.#source = source;
    this.#settings = settings;
    this.#LoadOptions = loadOptionsClass(settings.loadOptions);
    this.#maxBatch = options.maxBatch;
    this.#batches = options.gathers === false ? undefined : this.#newBatches();
  }

  /** The way of every hit, so it makes nothing that only a load needs. */
  get(key: K): Promise<V | undefined> {
    try {
      const at = this.#settings.keyOf(key);
      const id = this.#space.id(at);
      const found = this.#space.find(id);
      if (found === undefined || found instanceof Promise || !this.#space.isHit(found, this.#space.root.clock.now())) {
        return this.#getOrLoad({ key, at, id, found }, this.#batches).then(orNone);
      }
      return Promise.resolve(orNone(this.#space.answer(at, found) as Kept<V>));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async getMany(keys: readonly K[]): Promise<(V | undefined)[]> {
    const places = keys.map((key) => {
      const at = this.#settings.keyOf(key);
      return { key, at, id: this.#space.id(at) };
    });
    const found = await this.#space.findMany(places.map(({ id }) => id));
    const batches = this.#batches ?? this.#newBatches();
    const values = places.map((place, index) => this.#getOrLoad({ ...place, found: found[index] }, batches));
    return (await Promise.all(values)).map(orNone);
  }

  #getOrLoad({ key, at, id, found }: Found<K>, batches = this.#batches): Promise<Kept<V>> {
    const options = new this.#LoadOptions(() => this.#settings.tagsBefore(key));
    const load = (context: LoaderContext<Kept<V>>) => this.#load(key, context, batches);
    return loadsOf(this.#cache).getOrLoad<Kept<V>>(at, id, found, load, options);
  }

  /** Loads a value past the cache, as a loader would. */
  async load(key: K, context: LoaderContext<Kept<V>>): Promise<V | undefined> {
    return (await this.#loadOne([key, context])) ?? undefined;
  }

  /** What a loader returns for a key: the value with its tags, or `null` with the lifetime that "there is none" has. */
  async kept(key: K, context: LoaderContext<Kept<V>>): Promise<NonNullable<V> | null> {
    return this.#load(key, context);
  }

  async #load(key: K, context: LoaderContext<Kept<V>>, batches = this.#batches): Promise<NonNullable<V> | null> {
    const { tagsAfter, negativeTtl, keyOf } = this.#settings;
    const wanted = [key, context] as const;
    const loaded =
      batches === undefined
        ? await this.#loadOne(wanted)
        : await batches.load(encodeKey(keyOf(key)), wanted, context.signal);
    context.tag(...tagsAfter(key, loaded ?? undefined));
    if (loaded === undefined || loaded === null) context.lifetime(negativeTtl);
    return loaded ?? null;
  }

  async #loadOne([key, context]: Wanted<K, V>): Promise<V | null | undefined> {
    const { load } = this.#source;
    if (load !== undefined) return this.#source.load?.(key, sourceContext(context));
    return (await this.#loadTogether([key], context.signal))[0];
  }

  async #loadTogether(keys: readonly K[], signal: AbortSignal): Promise<readonly (V | null | undefined)[]> {
    const values: unknown = await this.#source.loadMany?.(keys, { signal });
    if (Array.isArray(values) && values.length === keys.length) return values as (V | null | undefined)[];
    const given = Array.isArray(values) ? `${values.length} values` : 'no array';
    const message = `\`loadMany\` returned ${given} for ${keys.length} keys; allowed: one for each key, in their order.`;
    throw new CacheError('ERR_CACHE_VALUE', message);
  }

  #newBatches(): Batches<Wanted<K, V>, V | null | undefined> | undefined {
    if (this.#source.loadMany === undefined || this.#maxBatch === 1) return undefined;
    const run = async (wanted: readonly Wanted<K, V>[], signal: AbortSignal) => {
      const [first] = wanted;
      if (wanted.length === 1 && first !== undefined) return [await this.#loadOne(first)];
      return this.#loadTogether(
        wanted.map(([key]) => key),
        signal,
      );
    };
    return new Batches(this.#space.root.log, run, this.#maxBatch);
  }
}

/** A key, and what lies in the cache under it. */
interface Found<K> {
  readonly key: K;
  readonly at: Key;
  readonly id: string;
  readonly found: MaybePromise<Entry | undefined>;
}

function orNone<V>(kept: Kept<V>): V | undefined {
  return kept ?? undefined;
}

/** A key that somebody waits for, and what its loader was told. */
type Wanted<K, V> = readonly [key: K, context: LoaderContext<Kept<V>>];

/** Checks what values are read from. @throws CacheError `ERR_CACHE_OPTION` */
export function checkReadSource(source: unknown): void {
  const { load, loadMany } = (source ?? {}) as Record<string, unknown>;
  if (load === undefined && loadMany === undefined) {
    throw invalidOption('source', source, 'an object with a function `load` or `loadMany`');
  }
  for (const [name, given] of Object.entries({ load, loadMany })) {
    if (given !== undefined && typeof given !== 'function') throw invalidOption(name, given, 'a function');
  }
}

/** Checks the greatest number of keys that are loaded together. @throws CacheError `ERR_CACHE_OPTION` */
export function checkMaxBatch(maxBatch: number | undefined): number {
  if (maxBatch === undefined) return MAX_BATCH;
  if (Number.isInteger(maxBatch) && maxBatch > 0) return maxBatch;
  throw invalidOption('maxBatch', maxBatch, 'a whole number, 1 or more');
}
