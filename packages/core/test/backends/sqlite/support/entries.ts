import { createEntry } from '../../../../src/entry.ts';
import type { Entry } from '../../../../src/index.ts';

/** An entry with this value, stored now; fresh for `ttl` milliseconds. */
export function entryOf(value: unknown, ttl: number = Infinity): Entry {
  const parts = { value, tags: [], position: 0, limitAt: Infinity, copyOnRead: false };
  return createEntry(parts, { ttl, staleWhileRevalidate: 0, staleIfError: 0 }, Date.now());
}
