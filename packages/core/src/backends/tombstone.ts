import type { Entry } from '../entry.ts';

/** What a shared store keeps where an entry was deleted: `get` returns it like any entry, and a cache takes it for an expired one. */
export const TOMBSTONE: Entry = {
  value: null,
  storedAt: 0,
  staleAt: 0,
  revalidateUntil: 0,
  errorUntil: 0,
  deleteAt: 0,
  limitAt: 0,
  tags: [],
  position: 0,
  copyOnRead: false,
  token: undefined,
  checkedAt: -1,
};
