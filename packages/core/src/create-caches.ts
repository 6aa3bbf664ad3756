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

/** What one of several caches is made of: options, or a cache that is there already. */
export type CacheOrOptions = Omit<CacheOptions, 'name'> | Cache;

/**
 * Makes several caches, each with options of its own and named after its key. Those that were there already keep their names,
 * and are left open when the others are closed.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const caches = createCaches({ default: { ttl: '5m' }, pages: { ttl: '1h' } });
 * await caches.get('default').set('greeting', 'hello');
 */
export function createCaches<Name extends string>(sources: Readonly<Record<Name, CacheOrOptions>>): Caches<Name> {
  const names = Object.keys(sources) as Name[];
  if (names.length === 0) throw invalidOption('options', sources, 'at least one cache');
  const own: Cache[] = [];
  const caches = new Map<Name, Cache>();
  for (const name of names) {
    const source = sources[name];
    const cache = isCache(source) ? source : createCache({ ...source, name });
    if (cache !== source) own.push(cache);
    caches.set(name, cache);
  }
  return {
    names,
    get(name) {
      const cache = caches.get(name);
      if (cache === undefined) throw invalidOption('name', name, names.join(', '));
      return cache;
    },
    async invalidateTags(tags) {
      await Promise.all([...caches.values()].map((cache) => cache.invalidateTags(tags)));
    },
    async close() {
      await Promise.all(own.map((cache) => cache.close()));
    },
  };
}

function isCache(source: CacheOrOptions | undefined): source is Cache {
  return typeof (source as Partial<Cache> | undefined)?.getOrSet === 'function';
}
