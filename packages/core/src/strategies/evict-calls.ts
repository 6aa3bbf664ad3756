import { type Cache, spaceOf } from '../cache.ts';
import { CacheError, invalidOption } from '../errors.ts';
import { validateTags } from '../invalidation/tags.ts';
import type { Key } from '../key.ts';
import { cacheFrom, type CacheSource, checkSource } from './cache-source.ts';
import {
  type Arguments,
  checkFunctions,
  checkOptions,
  holds,
  type TagsOption,
  tagsOf,
  type Weak,
} from './call-options.ts';
import type { AnyFunction, Calls } from './method-decorator.ts';
import { invalidateOrReport, ownTag } from './own-tag.ts';

/** What the calls of a function remove. At least one of `key`, `keys`, `tags`, `resultTags` and `all` is needed. */
export interface EvictOptions<Args extends Arguments, Result> {
  /** Makes the key of the arguments. */
  readonly key?: (...args: Weak<Args>) => Key;
  /** Makes several keys of the arguments. */
  readonly keys?: (...args: Weak<Args>) => readonly Key[];
  /** Tags to invalidate. */
  readonly tags?: TagsOption<Args>;
  /** Tags to invalidate that only the result tells. */
  readonly resultTags?: (result: Result, ...args: Weak<Args>) => readonly string[];
  /** Removes everything in the namespace of the cache. Default: false. */
  readonly all?: boolean;
  /**
   * Removes before the call too, and after it whatever its outcome: for a function that may have written although it throws. Default: false.
   */
  readonly before?: boolean;
  /** Calls for which this is false leave the cache alone. Default: none. */
  readonly when?: (...args: Weak<Args>) => boolean;
}

const TARGETS = ['key', 'keys', 'tags', 'resultTags', 'all'] as const;
const OPTIONS = [...TARGETS, 'before', 'when'];

/** What a call removes. */
interface Targets {
  readonly keys: readonly Key[];
  readonly tags: readonly string[];
}

/** The calls of one function that makes something in a cache out of date. */
export class EvictCalls implements Calls {
  readonly #source: CacheSource;
  readonly #options: EvictOptions<Arguments, unknown>;
  readonly #write: AnyFunction;

  constructor(source: CacheSource, options: EvictOptions<Arguments, unknown>, write: AnyFunction) {
    this.#source = source;
    this.#options = options;
    this.#write = write;
  }

  async run(instance: unknown, args: Arguments): Promise<unknown> {
    const { when, before = false, resultTags } = this.#options;
    const write = async (): Promise<unknown> => this.#write.apply(instance, args as unknown[]);
    if (when !== undefined && !holds('when', when, ...args)) return write();
    const cache = cacheFrom(this.#source, instance);
    const targets = this.#targetsOf(cache, args);
    if (before) await this.#evict(cache, targets);
    let result: unknown;
    try {
      result = await write();
    } catch (error) {
      if (before) await this.#evict(cache, targets);
      throw error;
    }
    await this.#evict(cache, targets);
    if (resultTags !== undefined) await invalidateOrReport(cache, validateTags(resultTags(result, ...args)));
    return result;
  }

  /** @throws CacheError `ERR_CACHE_KEY`, `ERR_CACHE_OPTION` */
  #targetsOf(cache: Cache, args: Arguments): Targets {
    const { key, keys: keysOf, tags } = this.#options;
    const keys = [...(key === undefined ? [] : [key(...args)]), ...(keysOf?.(...args) ?? [])];
    return { keys, tags: [...keys.map((each) => ownTag(cache, each)), ...tagsOf(tags, args)] };
  }

  async #evict(cache: Cache, { keys, tags }: Targets): Promise<void> {
    if (tags.length > 0) await invalidateOrReport(cache, tags);
    if (keys.length > 0) await cache.deleteMany(keys);
    if (this.#options.all !== true) return;
    try {
      await cache.clear();
    } catch (error) {
      spaceOf(cache).report('clear', error);
    }
  }
}

/** Checks what `cacheEvict` is given. @throws CacheError `ERR_CACHE_OPTION` */
export function checkEvictOptions(source: unknown, options: EvictOptions<never, never>): void {
  checkSource(source);
  checkOptions(options, OPTIONS);
  checkFunctions(options, ['key', 'keys', 'resultTags', 'when']);
  for (const name of ['all', 'before'] as const) {
    const given: unknown = options[name];
    if (given !== undefined && typeof given !== 'boolean') throw invalidOption(name, given, 'true or false');
  }
  if (TARGETS.some((name) => options[name] !== undefined && options[name] !== false)) return;
  throw new CacheError('ERR_CACHE_OPTION', `Nothing to evict; allowed: at least one of ${TARGETS.join(', ')}.`, 'key');
}
