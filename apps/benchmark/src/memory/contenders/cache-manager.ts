import { type Contender, TTL_MS } from '../contender.ts';

/** With its own default: an unbounded Map in Keyv, which keeps JSON. It has no tags. */
export const cacheManager: Contender = {
  name: 'cache-manager',
  create: async ({ keys, load }) => {
    const { createCache } = await import('cache-manager');
    const cache = createCache({ ttl: TTL_MS });
    return {
      read: (id) => cache.wrap(keys[id] ?? '', () => load(id)),
      write: (id, city) => cache.set(keys[id] ?? '', city),
      close: () => cache.disconnect(),
    };
  },
};
