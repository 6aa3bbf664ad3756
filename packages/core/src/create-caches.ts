import type { Cache } from './cache.ts';
import { type CacheOptions, createCache } from './create-cache.ts';
import { invalidOption } from './errors.ts';

/** Several caches under names, and what concerns all of them. */
export interface Caches<Name extends string> {
  /** The cache of this name. @throws CacheError `ERR_CACHE_OPTION` for a name that was not given */
  get(name: Name): Cache;
  readonly names: readonly Name[];
  /** Invalidates tags in every one of them. */
  invalidateTags(tags: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes several caches, each with options of its own and named after its key.
 *
 * @example
 * const caches = createCaches({ default: { ttl: '5m' }, pages: { ttl: '1h' } });
 * await caches.get('default').set('greeting', 'hello');
 */
export function createCaches<Name extends string>(
  options: Readonly<Record<Name, Omit<CacheOptions, 'name'>>>,
): Caches<Name> {
  const names = Object.keys(options) as Name[];
  if (names.length === 0) throw invalidOption('options', options, 'at least one cache');
  const caches = new Map(names.map((name) => [name, createCache({ ...options[name], name })]));
  const all = [...caches.values()];
  return {
    names,
    get(name) {
      const cache = caches.get(name);
      if (cache === undefined) throw invalidOption('name', name, names.join(', '));
      return cache;
    },
    async invalidateTags(tags) {
      await Promise.all(all.map((cache) => cache.invalidateTags(tags)));
    },
    async close() {
      await Promise.all(all.map((cache) => cache.close()));
    },
  };
}
