import type { Dependencies } from './dependencies.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import type { Entry } from './entry.ts';
import { validateTags } from './invalidation/tags.ts';
import { copy } from './isolation.ts';

/** What a loader may return: anything but `undefined`, also as a promise (which without `then` here would pass as a value). */
export type Loadable = string | number | boolean | bigint | symbol | null | (object & { readonly then?: never });

/** Makes a value that is not in the cache. */
export type Loader<T> = (context: LoaderContext<T>) => T | Promise<T>;

/** A value past its ttl, for a loader that can ask "has it changed?" instead of loading anew. */
export interface StaleValue<T> {
  readonly value: T;
  /** When it was stored, in milliseconds since 1970. */
  readonly storedAt: number;
}

/** What a loader is told, and what it may say about the value it makes. */
export class LoaderContext<T> {
  readonly #load: { readonly signal: AbortSignal };
  readonly #stale: Entry<T> | undefined;
  readonly #dependencies: Dependencies;

  /** @internal */
  constructor(load: { readonly signal: AbortSignal }, stale: Entry<T> | undefined, dependencies: Dependencies) {
    this.#load = load;
    this.#stale = stale;
    this.#dependencies = dependencies;
  }

  /** Aborted when nobody waits for the value any more, or at the deadline. Pass it on to what you call. */
  get signal(): AbortSignal {
    return this.#load.signal;
  }

  /** The value that is being replaced, if one is still there. */
  get stale(): StaleValue<T> | undefined {
    if (this.#stale === undefined) return undefined;
    const { value, storedAt, copyOnRead } = this.#stale;
    return { value: copyOnRead ? copy(value) : value, storedAt };
  }

  /** Adds tags that are known only now. @throws CacheError `ERR_CACHE_OPTION` */
  readonly tag: (...tags: string[]) => void = (...tags) => {
    this.#dependencies.tag(validateTags(tags));
  };

  /** Shortens the lifetime to at most `max` from when the value is stored; 0 says that it must not be stored. @throws CacheError `ERR_CACHE_OPTION` */
  readonly lifetime: (max: Duration) => void = (max) => {
    this.#dependencies.limit(toMilliseconds(max, 'lifetime'));
  };
}
