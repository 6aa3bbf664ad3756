import { LRUCache } from 'lru-cache';
import type { City } from '../city.ts';
import { type Contender, TTL_MS } from '../contender.ts';

/** For reference: `get` of lru-cache alone, with no promise and no time to live of ours. */
export const rawLruCache: Contender = {
  name: 'lru-cache get (reference)',
  create: ({ capacity, keys, load }) => {
    const cache = new LRUCache<string, City>({ max: capacity });
    return {
      read: (id) => {
        const key = keys[id] ?? '';
        return cache.get(key) ?? load(id).then((city) => store(cache, key, city));
      },
      write: (id, city) => cache.set(keys[id] ?? '', city),
      synchronousHits: true,
    };
  },
};

/** For reference: lru-cache with its own ttl and its own `fetch`. */
export const lruCacheFetch: Contender = {
  name: 'lru-cache fetch',
  create: ({ capacity, keys, load }) => {
    const cache = new LRUCache<string, City, number>({
      max: capacity,
      ttl: TTL_MS,
      fetchMethod: (_key, _stale, { context: id }) => load(id),
    });
    return {
      read: (id) => cache.fetch(keys[id] ?? '', { context: id }),
      write: (id, city) => cache.set(keys[id] ?? '', city),
    };
  },
};

function store(cache: LRUCache<string, City>, key: string, city: City): City {
  cache.set(key, city);
  return city;
}
