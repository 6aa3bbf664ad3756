import type { Cacheable } from 'cacheable';
import type { City } from '../city.ts';
import { type Contender, type Setting, type Subject, TTL_MS } from '../contender.ts';

/** With its own default: an unbounded memory store that hands out clones. */
export const cacheable: Contender = {
  name: 'cacheable',
  create: async (setting) => {
    const { Cacheable } = await import('cacheable');
    const { keys, load } = setting;
    const cache = new Cacheable({ ttl: TTL_MS });
    return { ...common(cache, setting), read: (id) => cache.getOrSet(keys[id] ?? '', () => load(id)) };
  },
};

/** Its getOrSet takes no tags, so this is the `get` and `set` that its README shows for tags. */
export const cacheableTagged: Contender = {
  name: 'cacheable',
  create: async (setting) => {
    const { Cacheable } = await import('cacheable');
    const { keys, tags, load } = setting;
    const cache = new Cacheable({ ttl: TTL_MS, tags: true });
    return {
      ...common(cache, setting),
      read: async (id) => {
        const key = keys[id] ?? '';
        const found = await cache.get<City>(key);
        if (found !== undefined) return found;
        const city = await load(id);
        await cache.set(key, city, { tags: [...(tags[id] ?? [])] });
        return city;
      },
    };
  },
};

function common(cache: Cacheable, { keys }: Setting): Omit<Subject, 'read'> {
  return {
    write: (id, city) => cache.set(keys[id] ?? '', city),
    invalidateTag: (tag) => cache.tags.invalidateTag(tag),
    close: () => cache.disconnect(),
  };
}
