import { createEntry } from '../../../../src/entry.ts';
import type { Entry } from '../../../../src/index.ts';

/** An entry with this value, made after every invalidation and stored now; fresh for `ttl` milliseconds. */
export function entryOf(value: unknown, ttl: number = Infinity): Entry {
  const parts = { value, tags: [], position: Number.MAX_SAFE_INTEGER, limitAt: Infinity, copyOnRead: false };
  return createEntry(parts, { ttl, staleWhileRevalidate: 0, staleIfError: 0 }, Date.now());
}
