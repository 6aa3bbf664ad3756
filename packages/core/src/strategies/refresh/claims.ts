import { LRUCache } from 'lru-cache';
import { createEntry } from '../../entry.ts';
import type { Space } from '../../space.ts';
import { type Change, update } from '../../updates.ts';

/** Claims that one process remembers. */
const MAX_KNOWN = 10_000;

/** How long a process believes, in milliseconds, that somebody is at work, before it looks again. */
const LOOK_AGAIN = 1_000;

/** What this process knows of who refreshes an item. */
interface Known {
  readonly version: string;
  readonly until: number;
}

/**
 * Who refreshes which item: the first that claims a version of it, over all processes that share the store. It is for one
 * version, so that it means nothing once the item was replaced, and it runs out, so that a claimer who died delays the refresh and does not
 * prevent it.
 */
export class Claims {
  readonly #space: Space;
  readonly #ttl: number;
  readonly #known = new LRUCache<string, Known>({ max: MAX_KNOWN });

  /**
   * @param space where the items are
   * @param ttl how long a claim holds, in milliseconds
   */
  constructor(space: Space, ttl: number) {
    this.#space = space.inner('refresh', 'library');
    this.#ttl = ttl;
  }

  /** Whether it is of any use to try, as far as this process knows. */
  isOpen(id: string, version: string): boolean {
    const known = this.#known.get(id);
    if (known?.version !== version) return true;
    const left = known.until - this.#space.root.clock.now();
    // A claim that lasts longer than any was made before the clock was set back.
    return left <= 0 || left > this.#ttl;
  }

  /** Claims a version of an item; whether nobody else had. If nobody can tell, this process goes ahead. */
  async take(id: string, version: string): Promise<boolean> {
    const { clock } = this.#space.root;
    // At once, so that of many readers here one asks.
    this.#remember(id, version, clock.now() + this.#ttl);
    const held = await this.#write(id, version);
    if (held === undefined) return true;
    this.#remember(id, version, Math.min(held.until, clock.now() + LOOK_AGAIN));
    return held.taken;
  }

  /** Forgets a claim, if it is still for that version. What goes wrong is no harm: it runs out by itself. */
  async drop(id: string, version: string): Promise<void> {
    if (this.#known.get(id)?.version === version) this.#known.delete(id);
    const dropped = update(this.#space, this.#space.id(id), (entry): Change<boolean> => {
      return entry?.value === version ? { keep: false, next: undefined, result: true } : REFUSED;
    });
    await dropped.catch(() => false);
  }

  #remember(id: string, version: string, until: number): void {
    this.#known.set(id, { version, until });
  }

  /** `undefined` if the store failed. */
  #write(id: string, version: string): Promise<Held | undefined> {
    const { log } = this.#space.root;
    return update(this.#space, this.#space.id(id), (entry, now): Change<Held> => {
      if (entry?.value === version) return { keep: true, result: { taken: false, until: entry.staleAt } };
      const parts = { value: version, tags: [], position: log.head, limitAt: Infinity, copyOnRead: false };
      const next = createEntry(parts, { ttl: this.#ttl, staleWhileRevalidate: 0, staleIfError: 0 }, now);
      return { keep: false, next, result: { taken: true, until: next.staleAt } };
    });
  }
}

/** A claim that somebody has now. */
interface Held {
  readonly taken: boolean;
  readonly until: number;
}

const REFUSED: Change<boolean> = { keep: true, result: false };
