import type { Codec } from '../../codecs/codec.ts';
import { encodeValue } from '../../codecs/encode-value.ts';
import type { Packed, WriteRequest } from './journal.ts';

/** What a write takes besides its key and value. */
const OVERHEAD = 200;
const NOTHING = new Uint8Array(0);

/** Brings a request into the form that is kept outside of the process. @throws CacheError `ERR_CACHE_VALUE` */
export function packed(request: WriteRequest, codec: Codec): Packed {
  const { name, kind } = request;
  const key = encodeValue(codec, request.key, name);
  const value = kind === 'save' ? encodeValue(codec, request.value, name) : NOTHING;
  return { ...request, size: OVERHEAD + 2 * name.length + key.length + value.length, bytes: { key, value } };
}
