import type { Key } from '@cache/core';

/** A key in words that may be shown: the visitor in it is a secret. */
export function describeKey(key: Key): string {
  if (typeof key === 'string') return key;
  return key[0] === 'favourites' ? 'favourites of this visitor' : key.join(' ');
}
