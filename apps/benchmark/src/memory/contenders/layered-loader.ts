import type { City } from '../city.ts';
import { type Contender, idOf, TTL_MS } from '../contender.ts';

/** Asks for Node 22 in its package.json, and works on 20. */
export const layeredLoader: Contender = {
  name: 'layered-loader',
  create: async ({ capacity, keys, load }) => {
    const { Loader } = await import('layered-loader');
    const loader = new Loader<City>({
      inMemoryCache: { cacheType: 'lru-object', ttlInMsecs: TTL_MS, maxItems: capacity },
      dataSourceGetOneFn: (key) => load(idOf(key)),
    });
    return {
      read: (id) => loader.get(keys[id] ?? ''),
      write: (id, city) => loader.forceSetValue(keys[id] ?? '', city),
      close: () => loader.close(),
    };
  },
};
