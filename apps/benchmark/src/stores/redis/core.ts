import { type StoreContender, TTL_MS } from '../contender.ts';

/** How the library of this repository is called. */
export interface CoreUse {
  readonly tagged?: boolean;
  readonly json?: boolean;
}

/** This repository's library: hits of `getOrSet`, whose loader finds nothing. */
export function redisCore({ tagged = false, json = false }: CoreUse = {}): StoreContender {
  return {
    name: `@cache/core${tagged ? ', 2 tags' : ''}${json ? ', JSON' : ''}`,
    create: async ({ place, keys, tags }) => {
      const { createCache } = await import('@cache/core');
      const { jsonCodec, redis } = await import('@cache/core/redis');
      // A machine that stands still for a moment must not turn a hit into a miss.
      const patience = '5s';
      const backend = redis(place, { timeout: patience, ...(json && { codec: jsonCodec }) });
      const cache = createCache({ backend, ttl: TTL_MS, backendTimeout: patience });
      const nothing = { ttl: 0 };
      return {
        read: (id) => cache.getOrSet(keys[id] ?? '', () => null, nothing),
        readMany: (ids) => cache.getMany(ids.map((id) => keys[id] ?? '')),
        write: (id, city) => cache.set(keys[id] ?? '', city, tagged ? { tags: tags[id] ?? [] } : {}),
        close: () => cache.close(),
      };
    },
  };
}
