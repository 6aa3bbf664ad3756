import type { Key } from '@cache/core';
import { type Contender, type Setting, TTL_MS } from '../contender.ts';

/** How the library of this repository is called. */
export interface CoreUse {
  readonly key?: 'string' | 'tuple';
  readonly tagged?: boolean;
  readonly values?: 'frozen' | 'cloned' | 'shared';
}

/** This repository's library. A tuple key is a new array in each call, as a handler writes it. */
export function core({ key = 'string', tagged = false, values = 'frozen' }: CoreUse = {}): Contender {
  const variant = [key === 'tuple' ? ', tuple key' : '', values === 'frozen' ? '' : `, ${values}`].join('');
  return {
    name: `@cache/core${variant}`,
    create: async (setting) => {
      const { createCache, memory } = await import('@cache/core');
      const { tags, load, capacity } = setting;
      // Bounded by count like the others: a bound by bytes would count the same city once for each entry.
      const cache = createCache({ backend: memory({ maxEntries: capacity, maxBytes: 2 ** 40 }), ttl: TTL_MS, values });
      const keyFor = keyFunction(setting, key);
      return {
        read: tagged
          ? (id) => cache.getOrSet(keyFor(id), () => load(id), { tags: tags[id] ?? [] })
          : (id) => cache.getOrSet(keyFor(id), () => load(id)),
        write: (id, city) => cache.set(keyFor(id), city),
        invalidateTag: (tag) => cache.invalidateTags([tag]),
        close: () => cache.close(),
      };
    },
  };
}

function keyFunction({ keys }: Setting, key: 'string' | 'tuple'): (id: number) => Key {
  return key === 'tuple' ? (id) => ['city', id] : (id) => keys[id] ?? '';
}
