/** Tags whose last invalidation is remembered, before the oldest are forgotten (at a loss of hits, never of truth). */
const MAX_NAMES = 100_000;

let logs = 0;

/**
 * Remembers, in order, which names (tags and namespaces) were invalidated. Each invalidation has a position, a number
 * that only grows. A value made from position `p` on contains no change that was invalidated after `p`: it is valid
 * as long as none of its names has a later position. Invalidating is O(1) in the number of entries, and no index
 * from tag to entries exists.
 *
 * Memory is bounded: when too many names are remembered the oldest is forgotten and its position becomes the floor;
 * a name that is not remembered counts as invalidated at the floor, which can only make valid entries invalid.
 */
export class InvalidationLog {
  readonly #id = ++logs;
  readonly #maxNames: number;
  /** Name to position, in the order of positions. */
  readonly #positions = new Map<string, number>();
  readonly #relays = new Map<number, WeakRef<InvalidationLog>>();
  #head = 0;
  #floor = 0;

  constructor(maxNames: number = MAX_NAMES) {
    this.#maxNames = maxNames;
  }

  /** The position of the newest invalidation. */
  get head(): number {
    return this.#head;
  }

  /** Invalidates names: whatever was begun before now and carries one of them is invalid from now on. */
  append(names: readonly string[]): void {
    this.#append(names, [this]);
  }

  /** Whether one of the names was invalidated after `position`. */
  changedSince(names: readonly string[], position: number): boolean {
    if (position === this.#head) return false;
    for (const name of names) {
      if ((this.#positions.get(name) ?? this.#floor) > position) return true;
    }
    return false;
  }

  /**
   * From now on, what is invalidated here is invalidated in `other` too, under names that begin with the prefix
   * returned. It is how a page in one cache depends on a value in another.
   */
  relayTo(other: InvalidationLog): string {
    if (!this.#relays.has(other.#id)) this.#relays.set(other.#id, new WeakRef(other));
    return `\0${this.#id}\0`;
  }

  #append(names: readonly string[], path: readonly InvalidationLog[]): void {
    this.#head += 1;
    for (const name of names) {
      this.#positions.delete(name);
      this.#positions.set(name, this.#head);
    }
    for (const [name, position] of this.#positions) {
      if (this.#positions.size <= this.#maxNames) break;
      this.#positions.delete(name);
      this.#floor = position;
    }
    for (const [id, reference] of this.#relays) {
      const other = reference.deref();
      if (other === undefined) this.#relays.delete(id);
      else if (!path.includes(other)) other.#append(this.#foreign(names), [...path, other]);
    }
  }

  #foreign(names: readonly string[]): string[] {
    return names.map((name) => `\0${this.#id}\0${name}`);
  }
}
