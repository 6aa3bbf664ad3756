import type { Key } from './key.ts';

/** Where in a cache an event happened. */
export interface KeyedEvent {
  /** The key as the caller gave it. */
  readonly key: Key;
  /** Names of the nested namespaces joined with `/`; empty for the root. */
  readonly namespace: string;
}

/** The events of a cache and what each tells. They are emitted synchronously, in the caller's async context. */
export interface CacheEvents {
  /** A value was answered from the cache. `age` in milliseconds; `stale` if past its ttl. */
  readonly hit: KeyedEvent & { readonly age: number; readonly stale: boolean };
  /** Nothing usable was stored. */
  readonly miss: KeyedEvent;
  /** A loader ended well after `duration` milliseconds; `stored` is false if it was fenced off or expired at once. */
  readonly load: KeyedEvent & { readonly duration: number; readonly stored: boolean };
  /** A value was stored by `set`, `setMany`, `add` or `touch`. */
  readonly set: KeyedEvent;
  /** A key was deleted. */
  readonly delete: KeyedEvent;
  /** Tags were invalidated. */
  readonly invalidate: { readonly tags: readonly string[] };
  /** A namespace (with those inside it) was cleared. */
  readonly clear: { readonly namespace: string };
  /** A backend, a background refresh or a listener failed; the reader was served all the same. */
  readonly error: { readonly operation: string; readonly error: unknown; readonly key?: Key };
}

export type CacheEventName = keyof CacheEvents;

/** Receives one kind of event. What it throws is reported as an `error` event and harms nobody. */
export type CacheListener<N extends CacheEventName> = (event: CacheEvents[N]) => void;

const NAMES: readonly CacheEventName[] = ['hit', 'miss', 'load', 'set', 'delete', 'invalidate', 'clear', 'error'];

/** Listeners by event. Callers look at `heard` first, so that an event nobody listens to is never built. */
export class Events {
  static readonly names: readonly CacheEventName[] = NAMES;
  /** Which events somebody listens to. */
  readonly heard: Record<CacheEventName, boolean> = {
    hit: false,
    miss: false,
    load: false,
    set: false,
    delete: false,
    invalidate: false,
    clear: false,
    error: false,
  };
  readonly #listeners = new Map<CacheEventName, Set<CacheListener<never>>>();

  on<N extends CacheEventName>(name: N, listener: CacheListener<N>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    this.heard[name] = true;
    return () => {
      listeners.delete(listener);
      this.heard[name] = listeners.size > 0;
    };
  }

  emit<N extends CacheEventName>(name: N, event: CacheEvents[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        const result: unknown = (listener as CacheListener<N>)(event);
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(name, error));
      } catch (error) {
        this.#failed(name, error);
      }
    }
  }

  #failed(name: CacheEventName, error: unknown): void {
    if (name !== 'error') this.emit('error', { operation: `listener of ${name}`, error });
  }
}
