import type { CacheEntry } from '@epic-web/cachified';
import { LRUCache } from 'lru-cache';
import { type Contender, TTL_MS } from '../contender.ts';

/** On an lru-cache, as its README shows. It has neither tags nor a `set` of its own. */
export const epicCachified: Contender = {
  name: '@epic-web/cachified',
  create: async ({ capacity, keys, load }) => {
    const { cachified } = await import('@epic-web/cachified');
    const cache = new LRUCache<string, CacheEntry>({ max: capacity });
    return {
      read: (id) => cachified({ key: keys[id] ?? '', cache, ttl: TTL_MS, getFreshValue: () => load(id) }),
    };
  },
};
