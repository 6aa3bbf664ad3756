import { type StoreContender, TTL_MS } from '../contender.ts';

/** With Keyv's adapter, which uses another client. Keeps JSON; has no tags. */
export const redisCacheManager: StoreContender = {
  name: 'cache-manager + @keyv/redis',
  create: async ({ place, keys }) => {
    const { createCache } = await import('cache-manager');
    const { createKeyv } = await import('@keyv/redis');
    const cache = createCache({ stores: [createKeyv(place)], ttl: TTL_MS });
    return {
      read: (id) => cache.get(keys[id] ?? ''),
      readMany: (ids) => cache.mget(ids.map((id) => keys[id] ?? '')),
      write: (id, city) => cache.set(keys[id] ?? '', city),
      close: () => cache.disconnect(),
    };
  },
};

/** With the same adapter as its only store, as it has no use for a near one here. */
export function redisCacheable({ tagged = false }: { readonly tagged?: boolean } = {}): StoreContender {
  return {
    name: `cacheable + @keyv/redis${tagged ? ', 2 tags' : ''}`,
    create: async ({ place, keys, tags }) => {
      const { Cacheable } = await import('cacheable');
      const { createKeyv } = await import('@keyv/redis');
      const cache = new Cacheable({ primary: createKeyv(place), ttl: TTL_MS, tags: tagged });
      return {
        read: (id) => cache.get(keys[id] ?? ''),
        readMany: (ids) => cache.getMany(ids.map((id) => keys[id] ?? '')),
        write: (id, city) =>
          tagged ? cache.set(keys[id] ?? '', city, { tags: [...(tags[id] ?? [])] }) : cache.set(keys[id] ?? '', city),
        close: () => cache.disconnect(),
      };
    },
  };
}

/** With ioredis as its only layer. Keeps JSON. It has no call for several keys. */
export function redisBentocache({ tagged = false }: { readonly tagged?: boolean } = {}): StoreContender {
  return {
    name: `bentocache${tagged ? ', 2 tags' : ''}`,
    create: async ({ place, keys, tags }) => {
      const { BentoCache, bentostore } = await import('bentocache');
      const { redisDriver } = await import('bentocache/drivers/redis');
      const { hostname, port } = new URL(place);
      const layer = redisDriver({ connection: { host: hostname, port: Number(port) } });
      const cache = new BentoCache({
        default: 'redis',
        stores: { redis: bentostore().useL2Layer(layer) },
        ttl: TTL_MS,
      });
      return {
        read: (id) => cache.get({ key: keys[id] ?? '' }),
        write: (id, value) => cache.set({ key: keys[id] ?? '', value, ...(tagged && { tags: [...(tags[id] ?? [])] }) }),
        close: () => cache.disconnectAll(),
      };
    },
  };
}
