import { type Contender, TTL_MS } from '../contender.ts';

/** How bentocache is called. */
export interface BentocacheUse {
  readonly tagged?: boolean;
  readonly serialize?: boolean;
}

/** Keeps JSON by default; `serialize: false` keeps the objects. */
export function bentocache({ tagged = false, serialize = true }: BentocacheUse = {}): Contender {
  return {
    name: serialize ? 'bentocache' : 'bentocache, serialize: false',
    create: async ({ capacity, keys, tags, load }) => {
      const { BentoCache, bentostore } = await import('bentocache');
      const { memoryDriver } = await import('bentocache/drivers/memory');
      // It keeps an entry for each tag beside the values.
      const maxItems = tagged ? capacity * 3 : capacity;
      const memory = bentostore().useL1Layer(memoryDriver({ maxItems, serialize }));
      const cache = new BentoCache({ default: 'memory', stores: { memory }, ttl: TTL_MS });
      const labels = (id: number) => (tagged ? { tags: [...(tags[id] ?? [])] } : {});
      return {
        read: (id) => cache.getOrSet({ key: keys[id] ?? '', factory: () => load(id), ...labels(id) }),
        write: (id, city) => cache.set({ key: keys[id] ?? '', value: city }),
        invalidateTag: (tag) => cache.deleteByTag({ tags: [tag] }),
        close: () => cache.disconnectAll(),
      };
    },
  };
}
