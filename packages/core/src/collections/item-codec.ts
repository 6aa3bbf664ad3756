import type { Codec } from '../codecs/codec.ts';
import { encodeValue } from '../codecs/encode-value.ts';
import { structuredCloneCodec } from '../codecs/structured-clone.ts';
import { CacheError, invalidOption } from '../errors.ts';

/** Turns the items of one collection into bytes and back. */
export class ItemCodec {
  readonly #codec: Codec;
  readonly #name: string;

  /** @throws CacheError `ERR_CACHE_OPTION` */
  constructor(codec: Codec = structuredCloneCodec, name: string) {
    if (typeof codec !== 'object' || codec === null || typeof codec.encode !== 'function') {
      throw invalidOption('codec', codec, 'a codec');
    }
    if (typeof name !== 'string' || name === '' || !name.isWellFormed()) {
      throw invalidOption('name', name, 'a non-empty string');
    }
    this.#codec = codec;
    this.#name = name;
  }

  /** @throws CacheError `ERR_CACHE_VALUE` */
  encode(item: unknown): Uint8Array {
    if (item === undefined) {
      throw new CacheError('ERR_CACHE_VALUE', 'The item is undefined; allowed: anything else, `null` for "nothing".');
    }
    return encodeValue(this.#codec, item, this.#name);
  }

  /** @throws CacheError `ERR_CACHE_BACKEND` for bytes of another codec */
  decode(bytes: Uint8Array): unknown {
    try {
      return this.#codec.decode(bytes, this.#name);
    } catch (cause) {
      const message = `An item of "${this.#name}" was not written by the codec \`${this.#codec.name}\`.`;
      throw Object.assign(new CacheError('ERR_CACHE_BACKEND', message), { cause });
    }
  }
}
