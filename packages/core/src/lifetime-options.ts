import { type Duration, toMilliseconds } from './duration.ts';
import type { Lifetime } from './entry.ts';
import { rejectUnknownOptions } from './errors.ts';

/** How long a value lives and what makes it invalid. What is left out comes from the cache's own options. */
export interface LifetimeOptions {
  /** How long the value is fresh, from the moment it is stored. `0` stores nothing, whatever the two
   * options below say, and removes what was there; `'forever'` until invalidated. */
  readonly ttl?: Duration;
  /** How long after that `getOrSet` still answers it at once while one background load refreshes it. */
  readonly staleWhileRevalidate?: Duration;
  /** How long after its ttl `getOrSet` still answers it when loading a new one fails. */
  readonly staleIfError?: Duration;
  /** Names for `invalidateTags`. */
  readonly tags?: readonly string[];
}

export const LIFETIME_OPTIONS: readonly string[] = ['ttl', 'staleWhileRevalidate', 'staleIfError', 'tags'];

/** The options in milliseconds, completed by `defaults`. @throws CacheError `ERR_CACHE_OPTION` */
export function resolveLifetime(options: LifetimeOptions, defaults: Lifetime): Lifetime {
  return {
    ttl: resolve(options.ttl, 'ttl', defaults.ttl),
    staleWhileRevalidate: resolve(options.staleWhileRevalidate, 'staleWhileRevalidate', defaults.staleWhileRevalidate),
    staleIfError: resolve(options.staleIfError, 'staleIfError', defaults.staleIfError),
  };
}

/** The lifetime of one value. With a ttl of 0 it has none: it is never stored, not as a stale one either. @throws CacheError `ERR_CACHE_OPTION` */
export function lifetimeOf(options: LifetimeOptions, defaults: Lifetime): Lifetime {
  const lifetime = resolveLifetime(options, defaults);
  return lifetime.ttl === 0 ? NONE : lifetime;
}

const NONE: Lifetime = { ttl: 0, staleWhileRevalidate: 0, staleIfError: 0 };

/** Checks the names of lifetime options. @throws CacheError `ERR_CACHE_OPTION` */
export function checkLifetimeOptions(options: LifetimeOptions): void {
  rejectUnknownOptions(options, LIFETIME_OPTIONS);
}

function resolve(duration: Duration | undefined, option: string, fallback: number): number {
  return duration === undefined ? fallback : toMilliseconds(duration, option);
}
