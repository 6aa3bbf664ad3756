import { randomUUID } from 'node:crypto';
import type { MaybePromise } from '../backends/backend.ts';
import type { LogFollower, LogSource } from '../backends/log-source.ts';

/** Names whose last invalidation is remembered, before the oldest are forgotten (at a loss of hits, never of truth). */
const MAX_NAMES = 100_000;

/** Somebody who wants to know of invalidations. */
interface Watch {
  readonly names: ReadonlySet<string>;
  readonly changed: () => void;
}

/**
 * Remembers, in order, which names (tags and namespaces) were invalidated. Each invalidation has a position, a number
 * that only grows. A value made from position `p` on contains no change that was invalidated after `p`: it is valid
 * as long as none of its names has a later position. Invalidating is O(1) in the number of entries, and no index
 * from tag to entries exists.
 *
 * Memory is bounded: when too many names are remembered the oldest is forgotten and its position becomes the floor;
 * a name that is not remembered counts as invalidated at the floor, which can only make valid entries invalid.
 *
 * With a source, the positions are those of a log that other processes share, and this is the copy of it in memory, so that
 * judging an entry asks nobody.
 */
export class InvalidationLog implements LogFollower {
  /** Whether `refresh` has to be called before an entry is judged. */
  readonly isPolled: boolean;
  #givenId: string | undefined;
  readonly #maxNames: number;
  readonly #source: LogSource | undefined;
  /** Name to position; the least recently invalidated first. */
  readonly #positions = new Map<string, number>();
  readonly #relays = new Map<string, WeakRef<InvalidationLog>>();
  readonly #watches = new Set<Watch>();
  #head = 0;
  #floor = 0;
  #version = 0;
  #trusted: boolean;
  #ready: Promise<void> | undefined;
  #firstCaughtUp: () => void = () => {};

  /** @param id the same for the same shared log in every process; by default one that no other log has */
  constructor(maxNames: number = MAX_NAMES, source?: LogSource, id?: string) {
    this.#givenId = id;
    this.#maxNames = maxNames;
    this.#source = source;
    this.isPolled = source?.poll !== undefined;
    this.#trusted = source === undefined;
    if (source !== undefined) {
      this.#ready = new Promise((resolve) => {
        this.#firstCaughtUp = resolve;
      });
    }
    source?.follow(this);
  }

  /** Made when it is first needed: Workers allow nothing random while they start. */
  get #id(): string {
    return (this.#givenId ??= randomUUID());
  }

  /** The newest position known: what is made from now on contains everything up to it. */
  get head(): number {
    // What others have invalidated is in what is made from now on, so it must not seem older than that.
    this.#source?.poll?.(true);
    return this.#head;
  }

  /** Changes with each thing that may make an entry invalid; what was found valid at this version still is. */
  get version(): number {
    return this.#version;
  }

  /** Whether what is known here is all there is to know; if not, no entry can be trusted. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /**
   * Resolves when the source has been read for the first time; `undefined` once it has. What is made before that has no
   * position, and would be taken for older than everything.
   */
  get ready(): Promise<void> | undefined {
    return this.#ready;
  }

  /**
   * Calls back whenever one of the names was invalidated, or when nobody can tell; returns a function that ends it. With a source
   * that has to be asked, somebody has to `refresh`.
   */
  watch(names: Iterable<string>, changed: () => void): () => void {
    const watch = { names: new Set(names), changed };
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
    };
  }

  /** Learns what is new, from a source that has to be asked. */
  refresh(): void {
    this.#source?.poll?.();
  }

  /** Invalidates names in this process: whatever was begun before now and carries one of them is invalid from now on. */
  append(names: readonly string[]): void {
    this.#apply(this.#head + 1, names, [this]);
  }

  /**
   * Invalidates names for all who share the source, or in this process if there is none. A promise if others must be told.
   *
   * @throws when they could not be told; this process has forgotten the entries all the same
   */
  publish(names: readonly string[]): MaybePromise<void> {
    return this.#source === undefined ? this.append(names) : this.#share(this.#source, names);
  }

  /** Whether one of the names was invalidated after `position`. */
  changedSince(names: readonly string[], position: number): boolean {
    for (const name of names) {
      if (Math.max(this.#positions.get(name) ?? 0, this.#floor) > position) return true;
    }
    return false;
  }

  /**
   * From now on, what is invalidated here is invalidated in `other` too, under the names that `nameIn` gives. It is how a
   * page in one cache depends on a value in another.
   */
  relayTo(other: InvalidationLog): void {
    if (!this.#relays.has(other.#id)) this.#relays.set(other.#id, new WeakRef(other));
  }

  /** What a name of this log is called in `other`: names carry the log they come from, except at home. */
  nameIn(other: InvalidationLog, name: string): string {
    if (!name.startsWith('\0') || name.startsWith('\0[')) return `\0${this.#id}\0${name}`;
    const home = `\0${other.#id}\0`;
    return name.startsWith(home) ? name.slice(home.length) : name;
  }

  caughtUp(floor: number, head: number): void {
    const missed = floor > this.#floor;
    this.#floor = Math.max(this.#floor, floor);
    this.#head = Math.max(this.#head, head);
    this.#version += 1;
    this.#trusted = true;
    this.#ready = undefined;
    this.#firstCaughtUp();
    if (missed) for (const { changed } of this.#watches) changed();
  }

  apply(position: number, names: readonly string[]): void {
    this.#apply(position, names, [this]);
  }

  lost(): void {
    this.#trusted = false;
    this.#version += 1;
  }

  async #share(source: LogSource, names: readonly string[]): Promise<void> {
    try {
      this.#apply(await source.append(names), names, [this]);
    } catch (error) {
      this.#applyHere(names, [this]);
      throw error;
    }
  }

  /** Invalidates names in this process. With a source, what others do not know of must not count as the newest position. */
  #applyHere(names: readonly string[], path: readonly InvalidationLog[]): void {
    const agreed = this.#head;
    this.#apply(agreed + 1, names, path);
    if (this.#source !== undefined) this.#head = agreed;
  }

  #apply(position: number, names: readonly string[], path: readonly InvalidationLog[]): void {
    this.#head = Math.max(this.#head, position);
    this.#version += 1;
    for (const name of names) {
      const known = this.#positions.get(name) ?? 0;
      this.#positions.delete(name);
      this.#positions.set(name, Math.max(known, position));
    }
    for (const [name, forgotten] of this.#positions) {
      if (this.#positions.size <= this.#maxNames) break;
      this.#positions.delete(name);
      this.#floor = Math.max(this.#floor, forgotten);
    }
    for (const [id, reference] of this.#relays) {
      const other = reference.deref();
      if (other === undefined) this.#relays.delete(id);
      else if (!path.includes(other)) {
        const renamed = names.map((name) => this.nameIn(other, name));
        other.#relayed(renamed, [...path, other]);
      }
    }
    for (const watch of this.#watches) if (names.some((name) => watch.names.has(name))) watch.changed();
  }

  #relayed(names: readonly string[], path: readonly InvalidationLog[]): void {
    this.#apply(this.#head + 1, names, path);
    // The other processes of the other cache depend on it just as much; a failure was reported where it began.
    this.#source?.append(names).catch(() => {});
  }
}
