import { type Contender, idOf, TTL_MS } from '../contender.ts';

/** Its `references` are tags. It has no `set`. */
export function asyncCacheDedupe(tagged: boolean): Contender {
  return {
    name: 'async-cache-dedupe',
    create: async ({ capacity, keys, tags, load }) => {
      const { createCache } = await import('async-cache-dedupe');
      const cache = createCache({
        ttl: TTL_MS / 1000,
        storage: { type: 'memory', options: { size: capacity, invalidation: tagged } },
      });
      const references = (key: string) => [...(tags[idOf(key)] ?? [])];
      const cities = cache.define('city', tagged ? { references } : {}, (key: string) => load(idOf(key)));
      return {
        read: (id) => cities.city(keys[id] ?? ''),
        invalidateTag: (tag) => cache.invalidateAll(tag),
      };
    },
  };
}
