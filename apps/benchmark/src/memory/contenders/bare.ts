import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import type { City } from '../city.ts';
import { type Contender, TTL_MS } from '../contender.ts';

/** The floor: what an async getOrSet with expiry costs at least. */
export const bare: Contender = {
  name: 'floor',
  create: ({ capacity, keys, load }) => {
    const cache = new BareCache(capacity);
    return {
      read: (id) => cache.getOrSet(keys[id] ?? '', () => load(id)),
      write: (id, city) => cache.set(keys[id] ?? '', city),
    };
  },
};

/**
 * The floor in a process that has used AsyncLocalStorage, as most web applications have. On Node 20 and 22 every
 * await is slower from then on, and no library can be faster than this.
 */
export const bareWithContext: Contender = {
  name: 'floor, AsyncLocalStorage used',
  create: (setting) => {
    new AsyncLocalStorage().run({}, () => {});
    return bare.create(setting);
  },
};

/** The floor with tags: each has a generation, and a hit compares those that the entry was stored under. */
export const bareTagged: Contender = {
  name: 'bare, 2 tags checked',
  create: ({ capacity, keys, tags, load }) => {
    const cache = new BareTaggedCache(capacity);
    return {
      read: (id) => cache.getOrSet(keys[id] ?? '', () => load(id), tags[id] ?? []),
      invalidateTag: (tag) => cache.invalidateTag(tag),
    };
  },
};

interface Entry {
  readonly value: City;
  readonly expiresAt: number;
}

class BareCache {
  readonly #entries: LRUCache<string, Entry>;
  readonly #loads = new Map<string, Promise<City>>();

  constructor(max: number) {
    this.#entries = new LRUCache({ max });
  }

  async getOrSet(key: string, load: () => Promise<City>): Promise<City> {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.expiresAt > Date.now()) return entry.value;
    return this.#loads.get(key) ?? this.#load(key, load);
  }

  async set(key: string, value: City): Promise<void> {
    this.#entries.set(key, { value, expiresAt: Date.now() + TTL_MS });
  }

  #load(key: string, load: () => Promise<City>): Promise<City> {
    const loading = load().then((value) => {
      this.#loads.delete(key);
      this.#entries.set(key, { value, expiresAt: Date.now() + TTL_MS });
      return value;
    });
    this.#loads.set(key, loading);
    return loading;
  }
}

interface TaggedEntry extends Entry {
  readonly tags: readonly string[];
  readonly generations: readonly number[];
}

class BareTaggedCache {
  readonly #entries: LRUCache<string, TaggedEntry>;
  readonly #generations = new Map<string, number>();

  constructor(max: number) {
    this.#entries = new LRUCache({ max });
  }

  async getOrSet(key: string, load: () => Promise<City>, tags: readonly string[]): Promise<City> {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.expiresAt > Date.now() && this.#isCurrent(entry)) return entry.value;
    const generations = tags.map((tag) => this.#generations.get(tag) ?? 0);
    const value = await load();
    this.#entries.set(key, { value, expiresAt: Date.now() + TTL_MS, tags, generations });
    return value;
  }

  invalidateTag(tag: string): void {
    this.#generations.set(tag, (this.#generations.get(tag) ?? 0) + 1);
  }

  #isCurrent({ tags, generations }: TaggedEntry): boolean {
    for (let index = 0; index < tags.length; index++) {
      if ((this.#generations.get(tags[index] ?? '') ?? 0) !== generations[index]) return false;
    }
    return true;
  }
}
