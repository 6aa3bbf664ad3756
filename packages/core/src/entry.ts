/**
 * A stored value with its deadlines. All instants are absolute, in milliseconds since 1970, so that an entry means the
 * same in every process and tier; `Infinity` means never.
 */
export interface Entry<T = unknown> {
  readonly value: T;
  /** When the value was stored. */
  readonly storedAt: number;
  /** Until this instant the value is fresh. */
  readonly staleAt: number;
  /** Until this instant a stale value may be answered while it is refreshed (RFC 5861, section 3). */
  readonly revalidateUntil: number;
  /** Until this instant a stale value may be answered when refreshing it fails (RFC 5861, section 4). */
  readonly errorUntil: number;
  /** From this instant on the entry is gone: the latest of the three above. */
  readonly deleteAt: number;
  /** The latest `staleAt` that what the value was made of allows (`-Infinity`: none at all); `touch` does not go past it. */
  readonly limitAt: number;
  /** Names whose invalidation makes this entry invalid, those that rose from the inside included. */
  readonly tags: readonly string[];
  /** Position of the invalidation log when making the value began: what was invalidated later is not in the value. */
  readonly position: number;
  /** Hits get a copy, because the value can be changed although it is frozen. */
  readonly copyOnRead: boolean;
  /** Tells this writing of the entry from every other one, where the backend has copies of entries; else `undefined`. */
  readonly token: string | undefined;
  /** Version of the invalidation log at which this entry was found valid; spares the next reader the look at each tag. */
  checkedAt: number;
}

/** How long a value lives, in milliseconds from the moment it is stored. */
export interface Lifetime {
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** What an entry is made of besides its lifetime. */
export interface EntryParts<T> {
  readonly value: T;
  readonly tags: readonly string[];
  readonly position: number;
  readonly limitAt: number;
  readonly copyOnRead: boolean;
}

/** A value stored at `now`; fresh for its ttl, but not past `limitAt`. */
export function createEntry<T>(parts: EntryParts<T>, lifetime: Lifetime, now: number): Entry<T> {
  const staleAt = Math.min(now + lifetime.ttl, parts.limitAt);
  const windowAfter = (window: number): number => (staleAt === -Infinity ? staleAt : staleAt + window);
  const revalidateUntil = windowAfter(lifetime.staleWhileRevalidate);
  const errorUntil = windowAfter(lifetime.staleIfError);
  return {
    value: parts.value,
    storedAt: now,
    staleAt,
    revalidateUntil,
    errorUntil,
    deleteAt: Math.max(staleAt, revalidateUntil, errorUntil),
    limitAt: parts.limitAt,
    tags: parts.tags,
    position: parts.position,
    copyOnRead: parts.copyOnRead,
    token: undefined,
    checkedAt: -1,
  };
}

/**
 * The same value, fresh for `ttl` from `now` on, with stale windows of the same length as before; with none if the value
 * was fresh for ever, because then their lengths are not known, and with a ttl of 0, which ends the entry.
 */
export function touchEntry<T>(entry: Entry<T>, ttl: number, now: number): Entry<T> {
  const staleAt = Math.min(now + ttl, entry.limitAt);
  const windowAfter = (until: number): number => {
    if (entry.staleAt === Infinity || ttl === 0) return staleAt;
    return until === Infinity ? Infinity : staleAt + (until - entry.staleAt);
  };
  const revalidateUntil = windowAfter(entry.revalidateUntil);
  const errorUntil = windowAfter(entry.errorUntil);
  const deleteAt = Math.max(staleAt, revalidateUntil, errorUntil);
  return { ...entry, staleAt, revalidateUntil, errorUntil, deleteAt };
}

/** Whether what a backend returned is an entry at all; what is not may come from another program or version. */
export function isEntry(found: unknown): found is Entry {
  if (typeof found !== 'object' || found === null) return false;
  const entry = found as Partial<Record<keyof Entry, unknown>>;
  return (
    entry.value !== undefined &&
    typeof entry.storedAt === 'number' &&
    typeof entry.staleAt === 'number' &&
    typeof entry.revalidateUntil === 'number' &&
    typeof entry.errorUntil === 'number' &&
    typeof entry.deleteAt === 'number' &&
    typeof entry.limitAt === 'number' &&
    typeof entry.position === 'number' &&
    Array.isArray(entry.tags)
  );
}

/** How far clocks may disagree before an entry from the future is distrusted. */
const CLOCK_TOLERANCE = 5_000;

/**
 * Whether nothing may be done with the entry any more. An entry stored in the future means that the clock was set back:
 * its deadlines say nothing then, and it must not live longer for it.
 */
export function isExpired(entry: Entry, now: number): boolean {
  return now >= entry.deleteAt || now < entry.storedAt - CLOCK_TOLERANCE;
}

/** Whether the value may be answered without asking anybody. */
export function isFresh(entry: Entry, now: number): boolean {
  return now < entry.staleAt && now >= entry.storedAt - CLOCK_TOLERANCE;
}

/** Milliseconds since the value was stored; 0 for a small difference of clocks. */
export function ageOf(entry: Entry, now: number): number {
  return Math.max(0, now - entry.storedAt);
}
