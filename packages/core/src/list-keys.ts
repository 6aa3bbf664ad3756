import { CacheError } from './errors.ts';
import { decodeKey, encodeBytesKey, type Key } from './key.ts';
import type { Space } from './space.ts';

/** The keys of a namespace. @throws CacheError `ERR_CACHE_BACKEND`, `ERR_CACHE_KEY` */
export async function* listKeys(space: Space, prefix?: Key): AsyncGenerator<Key> {
  const { store } = space.root;
  if (store.keys === undefined) throw new CacheError('ERR_CACHE_BACKEND', 'This backend cannot list its keys.');
  const namespace = space.prefix;
  // `["city"]` is the encoded tuple; what begins with its parts goes on with a comma instead of the bracket.
  const wanted = prefix === undefined ? '' : encodeBytesKey(prefix);
  const start = typeof prefix === 'object' ? wanted.slice(0, -1) : wanted;
  for await (const id of store.keys(namespace + start)) {
    const encoded = id.slice(namespace.length);
    if (typeof prefix === 'object' && !/^[,\]]/.test(encoded.slice(start.length))) continue;
    const key = decodeKey(encoded);
    if (key !== undefined) yield key;
  }
}
