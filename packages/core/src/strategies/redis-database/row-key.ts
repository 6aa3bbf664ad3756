import { decodeKey, encodeBytesKey, type Key } from '../../key.ts';

/** A key of a database in Redis: one of a cache, or a number, bigint or boolean alone, such as the id of a row. */
export type RowKey = Key | number | bigint | boolean;

/** What no key of a cache begins with as text. */
const ALONE = '@';

/** The text under which Redis keeps a key. @throws CacheError `ERR_CACHE_KEY` */
export function encodeRowKey(key: RowKey): string {
  const alone = typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean';
  return alone ? ALONE + encodeBytesKey([key]) : encodeBytesKey(key);
}

/** The key that `encodeRowKey` made this text of. */
export function decodeRowKey<K extends RowKey>(text: string): K {
  if (!text.startsWith(ALONE)) return decodeKey(text) as K;
  return decodeKey(text.slice(ALONE.length))?.[0] as K;
}
