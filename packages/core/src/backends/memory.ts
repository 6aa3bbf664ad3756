import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Entry } from '../entry.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { Backend, Store, StoreCapabilities } from './backend.ts';
import { OneByOne } from './one-by-one.ts';
import { approximateSize } from './size.ts';

/** Bounds of a memory backend. Both always hold; the least recently used entries make room. */
export interface MemoryOptions {
  /** Bytes of all values and keys together, as `weigh` counts them. Default: 64 MiB (67,108,864). */
  readonly maxBytes?: number;
  /** Number of entries. Default: 50,000. */
  readonly maxEntries?: number;
  /**
   * Bytes that a value takes. Default: an estimate that walks the value once when it is stored. Give your own where
   * that walk is too slow or too rough. An entry heavier than `maxBytes` is refused.
   */
  readonly weigh?: (value: unknown, key: string) => number;
}

const OPTIONS = ['maxBytes', 'maxEntries', 'weigh'];

/**
 * Keeps entries in this process, in an `lru-cache`. The bounds hold for each cache that uses the backend. Expired
 * entries go when they are read or when room is needed; there is no timer.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ backend: memory({ maxBytes: 256 * 1024 * 1024 }) });
 */
export function memory(options: MemoryOptions = {}): Backend {
  rejectUnknownOptions(options, OPTIONS);
  const maxBytes = positiveInteger(options.maxBytes ?? 64 * 1024 * 1024, 'maxBytes');
  const maxEntries = positiveInteger(options.maxEntries ?? 50_000, 'maxEntries');
  const weigh = options.weigh ?? approximateSize;
  if (typeof weigh !== 'function') throw invalidOption('weigh', weigh, 'a function that returns bytes');
  const stores = new Map<string, MemoryStore>();
  let closed = false;
  return {
    kind: 'memory',
    open({ name, version, clock }) {
      const id = JSON.stringify([name, version]);
      const store = stores.get(id) ?? new MemoryStore(maxBytes, maxEntries, weigh, clock);
      if (!closed) stores.set(id, store);
      return store;
    },
    close() {
      closed = true;
      for (const store of stores.values()) store.close();
      stores.clear();
    },
  };
}

class MemoryStore extends OneByOne implements Store {
  readonly capabilities: StoreCapabilities = { atomic: true, shared: false, persistent: false };
  readonly #entries: LRUCache<string, Entry>;
  readonly #weigh: (value: unknown, key: string) => number;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #closed = false;

  constructor(maxBytes: number, maxEntries: number, weigh: (value: unknown, key: string) => number, clock: Clock) {
    super();
    this.#clock = clock;
    this.#entries = new LRUCache<string, Entry>({ max: maxEntries, maxSize: maxBytes });
    this.#maxBytes = maxBytes;
    this.#weigh = weigh;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  set(key: string, entry: Entry): void {
    if (this.#closed) return;
    let size = Number.NaN;
    try {
      size = Math.max(1, Math.ceil(this.#weigh(entry.value, key)));
    } finally {
      // lru-cache would keep the old value when it cannot take the new one: a write must never leave an older value.
      if (!(size <= this.#maxBytes)) this.#entries.delete(key);
    }
    if (!(size <= this.#maxBytes)) {
      const message = `The value takes ${size} bytes; allowed: ${this.#maxBytes} (option maxBytes).`;
      throw new CacheError('ERR_CACHE_VALUE', message);
    }
    this.#entries.set(key, entry, { size });
  }

  delete(key: string): boolean {
    const entry = this.#entries.peek(key);
    this.#entries.delete(key);
    return entry !== undefined && entry.deleteAt > this.#clock.now();
  }

  swap(key: string, expected: Entry | undefined, next: Entry | undefined): boolean {
    if (this.#entries.peek(key) !== expected) return false;
    if (next === undefined) this.#entries.delete(key);
    else this.set(key, next);
    return true;
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    // All at once: the list changes while the caller does something with a key.
    const keys = Array.from(this.#entries.keys());
    for (const key of keys) if (key.startsWith(prefix)) yield key;
  }

  clear(): void {
    this.#entries.clear();
  }

  close(): void {
    this.#closed = true;
    this.#entries.clear();
  }
}

function positiveInteger(value: number, option: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidOption(option, value, 'a whole number greater than 0');
}
