import { type Cache, CacheError, type CacheOptions, type Caches, createCache } from '@cache/core';

/** What makes a cache of the module: the options of a new one, or one that is there already. */
export type ModuleCache = CacheOptions | Cache;

/**
 * Opens the caches of a module. Those that were there already are left open when it closes.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function openCaches(sources: Readonly<Record<string, ModuleCache>>): Caches<string> {
  const names = Object.keys(sources);
  const own: Cache[] = [];
  const caches = new Map<string, Cache>();
  for (const name of names) {
    const source = sources[name] ?? {};
    if (isCache(source)) caches.set(name, source);
    else {
      const cache = createCache({ name, ...source });
      own.push(cache);
      caches.set(name, cache);
    }
  }
  return {
    names,
    get(name) {
      const cache = caches.get(name);
      if (cache !== undefined) return cache;
      const known = names.map((one) => JSON.stringify(one)).join(', ');
      throw new CacheError(
        'ERR_CACHE_OPTION',
        `CacheModule has no cache ${JSON.stringify(name)}; it has ${known}.`,
        'cache',
      );
    },
    async invalidateTags(tags) {
      await Promise.all([...caches.values()].map((cache) => cache.invalidateTags(tags)));
    },
    async close() {
      await Promise.all(own.map((cache) => cache.close()));
    },
  };
}

function isCache(source: ModuleCache): source is Cache {
  return 'getOrSet' in source;
}
