import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Entry } from '../../entry.ts';

const HOUR = 3_600_000;

/** An entry as a cache would make it now; fresh for an hour and usable for two more, unless `parts` say otherwise. */
export function entryOf(value: unknown, parts: Partial<Entry> = {}): Entry {
  const storedAt = parts.storedAt ?? Date.now();
  const staleAt = parts.staleAt ?? storedAt + HOUR;
  const revalidateUntil = parts.revalidateUntil ?? staleAt + HOUR;
  const errorUntil = parts.errorUntil ?? staleAt + 2 * HOUR;
  return {
    value,
    storedAt,
    staleAt,
    revalidateUntil,
    errorUntil,
    deleteAt: Math.max(staleAt, revalidateUntil, errorUntil),
    limitAt: parts.limitAt ?? Infinity,
    tags: parts.tags ?? [],
    position: parts.position ?? 0,
    copyOnRead: false,
    token: undefined,
    checkedAt: -1,
  };
}

/** An entry all of whose deadlines are at `instant`. */
export function entryUntil(value: unknown, instant: number): Entry {
  return entryOf(value, { staleAt: instant, revalidateUntil: instant, errorUntil: instant });
}

/** Fails unless what was found is the entry that was written: the same value, instants, tags and position. */
export function sameEntry(found: Entry | undefined, written: Entry, message?: string): void {
  ok(found !== undefined, message ?? 'the entry is missing');
  deepStrictEqual(found.value, written.value, message);
  deepStrictEqual(numbersOf(found), numbersOf(written), message);
  deepStrictEqual([...found.tags], [...written.tags], message);
}

/** Fails unless nothing is there, or only what a cache takes for nothing: an entry that has expired. */
export function absent(found: Entry | undefined, message = 'there should be no live entry'): void {
  ok(found === undefined || found.deleteAt <= Date.now(), message);
}

function numbersOf(entry: Entry): readonly number[] {
  const { storedAt, staleAt, revalidateUntil, errorUntil, deleteAt, limitAt, position } = entry;
  return [storedAt, staleAt, revalidateUntil, errorUntil, deleteAt, limitAt, position];
}
