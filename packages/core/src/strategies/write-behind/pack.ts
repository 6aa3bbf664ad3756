import type { Codec } from '../../codecs/codec.ts';
import { encodeValue } from '../../codecs/encode-value.ts';
import type { Packed, WriteRequest } from './journal.ts';

/** What a write takes besides its key and value. */
const OVERHEAD = 200;
const NOTHING = new Uint8Array(0);
/** Keys whose bytes are remembered: the same ones are written again and again. */
const MOST_KEYS = 10_000;

/** Brings requests into the form that is kept outside of the process. */
export class Packing {
  readonly #codec: Codec;
  readonly #keys = new Map<unknown, Uint8Array>();

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** @throws CacheError `ERR_CACHE_VALUE` */
  pack(request: WriteRequest): Packed {
    const { name, kind } = request;
    const key = this.#keyBytes(request);
    const value = kind === 'save' ? encodeValue(this.#codec, request.value, name) : NOTHING;
    return { ...request, size: OVERHEAD + 2 * name.length + key.length + value.length, bytes: { key, value } };
  }

  #keyBytes({ key, name }: WriteRequest): Uint8Array {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const bytes = encodeValue(this.#codec, key, name);
    // An object could be changed and be another key then.
    if (typeof key !== 'string' && typeof key !== 'number') return bytes;
    if (this.#keys.size >= MOST_KEYS) this.#keys.clear();
    this.#keys.set(key, bytes);
    return bytes;
  }
}
