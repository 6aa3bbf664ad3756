import { createHash, randomUUID } from 'node:crypto';

/** Keys that are renamed one by one, before all are. */
const MAX_RENAMED = 1_000;

/**
 * The names under which one store keeps its items. A name is never used again after it was abandoned, so that what a write which was given up on
 * does later is of no consequence.
 */
export class ItemNames {
  readonly #prefix: string;
  readonly #renamed = new Map<string, number>();
  #life: string = randomUUID();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Hashed: stores differ in what they take as a key, and in what they hold for the same one. */
  of(key: string): string {
    const text = JSON.stringify([this.#life, this.#renamed.get(key) ?? 0, key]);
    return `${this.#prefix}:${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
  }

  /** Whatever is, or ever will be, under the name of the key is out of reach from now on. */
  abandon(key: string): void {
    this.#renamed.set(key, (this.#renamed.get(key) ?? 0) + 1);
    if (this.#renamed.size > MAX_RENAMED) this.abandonAll();
  }

  abandonAll(): void {
    this.#life = randomUUID();
    this.#renamed.clear();
  }
}
