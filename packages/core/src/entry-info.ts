import { approximateSize } from './backends/size.ts';
import { ageOf, type Entry, isFresh } from './entry.ts';
import type { Key } from './key.ts';

/** What is known of a stored value. Durations in milliseconds. */
export interface EntryInfo {
  readonly key: Key;
  /** When it was stored, in milliseconds since 1970. */
  readonly storedAt: number;
  readonly age: number;
  /** For how long it is still fresh; 0 if it is stale, `Infinity` for ever. */
  readonly ttl: number;
  readonly stale: boolean;
  /** Its own tags and those that rose from the inside. */
  readonly tags: readonly string[];
  /** Estimated bytes in memory. */
  readonly size: number;
}

/** Describes an entry. */
export function entryInfo(key: Key, entry: Entry, now: number): EntryInfo {
  return {
    key,
    storedAt: entry.storedAt,
    age: ageOf(entry, now),
    ttl: Math.max(0, entry.staleAt - now),
    stale: !isFresh(entry, now),
    tags: entry.tags.filter((tag) => !tag.startsWith('\0')),
    size: approximateSize(entry.value, ''),
  };
}
