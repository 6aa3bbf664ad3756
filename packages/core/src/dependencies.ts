import { AsyncLocalStorage } from 'node:async_hooks';
import { type Duration, toMilliseconds } from './duration.ts';
import type { Entry } from './entry.ts';
import type { InvalidationLog } from './invalidation/log.ts';
import { validateTags } from './invalidation/tags.ts';

/**
 * What a value under construction turned out to depend on: the tags and lifetimes of all that was read from a cache
 * while it was made. One is open around each loader and each cached request handler.
 */
export class Dependencies {
  readonly #names = new Set<string>();
  /** Instant after which something inside is no longer fresh. */
  #limitAt = Infinity;
  /** Longest lifetime from the moment of storing, in milliseconds. */
  #maxTtl = Infinity;
  readonly #log: InvalidationLog;
  readonly #around: Dependencies | undefined;

  /** @param around what is being made around this; it depends on everything that this depends on */
  constructor(log: InvalidationLog, around?: Dependencies) {
    this.#log = log;
    this.#around = around;
  }

  /** All names the value depends on, those of namespaces included. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Adds tags of the value's own; `log` is where they are invalidated. */
  tag(tags: readonly string[], log: InvalidationLog = this.#log): void {
    const prefix = this.#prefixOf(log);
    for (const tag of tags) this.#names.add(prefix + tag);
    this.#around?.tag(tags, log);
  }

  /**
   * Hears of what is invalidated in `log` from now on. Called before a value is waited for that may go into this one:
   * if it is invalidated meanwhile, this one must turn out too old as well, for those too who wait for it.
   */
  hear(log: InvalidationLog): void {
    this.#prefixOf(log);
    this.#around?.hear(log);
  }

  /** Notes that a stored entry went into the value. `scopes` are the namespaces it lies in. */
  use(entry: Entry, scopes: readonly string[], log: InvalidationLog): void {
    const prefix = this.#prefixOf(log);
    for (const name of scopes) this.#names.add(prefix + name);
    for (const name of entry.tags) this.#names.add(prefix + name);
    this.#limitAt = Math.min(this.#limitAt, entry.staleAt);
    this.#around?.use(entry, scopes, log);
  }

  /** The value lives no longer than this many milliseconds from when it is stored. */
  limit(milliseconds: number): void {
    this.#maxTtl = Math.min(this.#maxTtl, milliseconds);
    this.#around?.limit(milliseconds);
  }

  /** The latest instant at which a value stored now may still be fresh. */
  limitFrom(now: number): number {
    return Math.min(this.#limitAt, now + this.#maxTtl);
  }

  /** What names of `log` begin with here; from then on its invalidations are heard. */
  #prefixOf(log: InvalidationLog): string {
    return log === this.#log ? '' : log.relayTo(this.#log);
  }
}

const storage = new AsyncLocalStorage<Dependencies>();
/** Before the first `run`, asking the storage is a waste on each hit. */
let entered = false;

/** Runs `make` so that whatever it reads from a cache, now and in what it awaits, is noted in `dependencies`. */
export function collectInto<T>(dependencies: Dependencies, make: () => T): T {
  entered = true;
  return storage.run(dependencies, make);
}

/** The innermost value under construction here, if any. */
export function currentDependencies(): Dependencies | undefined {
  return entered ? storage.getStore() : undefined;
}

/**
 * Adds tags to the value or response that is being made: the innermost loader or cached request handler around the
 * call. Outside of both it does nothing.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for what is no tag
 * @example
 * app.get('/cities/:id', cacheResponse(cache), (request, response) => {
 *   addTags(`city:${request.params.id}`);
 *   response.json(readCity(request.params.id));
 * });
 */
export function addTags(...tags: string[]): void {
  validateTags(tags);
  currentDependencies()?.tag(tags);
}

/**
 * Shortens the lifetime of the value or response that is being made to at most `max`. Outside of a loader or cached
 * request handler it does nothing.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for what is no duration
 */
export function limitLifetime(max: Duration): void {
  const milliseconds = toMilliseconds(max, 'lifetime');
  currentDependencies()?.limit(milliseconds);
}
