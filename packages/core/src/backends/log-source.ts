/** Milliseconds for which something may still be answered while nobody can tell what others have invalidated. */
export const BLIND_TRUST = 3_000;

/**
 * A log of invalidations that several processes share: each record has a position, a positive integer that only grows and that all
 * processes agree on. A store that other processes can see has one, so that tags and namespaces work across them.
 */
export interface LogSource {
  /**
   * Adds a record and resolves with its position once every process will see it.
   *
   * @throws when the record could not be added; it is not added later then
   */
  append(names: readonly string[]): Promise<number>;
  /** Begins to tell the follower of all records, first those that are there already. Called once. */
  follow(follower: LogFollower): void;
  /**
   * For sources that are asked instead of telling (a file): tells the follower what is new, at once. Called before an entry is
   * judged, so it must cost next to nothing when nothing is new.
   *
   * @param exactly asked before something is made: what is new must not be missed, were it a moment old
   */
  poll?(exactly?: boolean): void;
}

/** Who is told of the records of a shared log. */
export interface LogFollower {
  /**
   * The source is up to date from here on, and knows nothing of records up to `floor` (it has dropped them, or never had
   * any: 0): names without a later record count as invalidated there. `head` is the newest position.
   */
  caughtUp(floor: number, head: number): void;
  /** A record. Those of one source come in the order of their positions; a record may come twice. */
  apply(position: number, names: readonly string[]): void;
  /** Nothing is known for now: until `caughtUp`, no entry can be trusted. */
  lost(): void;
}
