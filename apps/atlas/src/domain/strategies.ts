import type { Key } from '@cache/core';

const byName: ReadonlyMap<unknown, string> = new Map([
  ['city', 'read-through'],
  ['nearby', 'refresh-behind'],
  ['setting', 'forever'],
]);

/** How what lies under a key stands between the atlas and its database, where that has a name of its own; all else is look-aside. */
export function strategyOf(key: Key): string | undefined {
  return typeof key === 'string' ? undefined : byName.get(key[0]);
}
