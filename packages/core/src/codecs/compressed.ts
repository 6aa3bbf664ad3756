import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { CacheError, invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { Codec } from './codec.ts';

/** Options of `compressed`. All are optional. */
export interface CompressionOptions {
  /** Encoded bytes above which a value is compressed, if that saves a tenth. `Infinity`: never. Default: 1 KiB (1,024). */
  readonly above?: number;
  /**
   * Bytes that a value may take before compression. Larger ones are refused, and what would become larger when it is read
   * is a miss, so that a few stored bytes never fill the memory. Default: 8 MiB (8,388,608).
   */
  readonly maxBytes?: number;
}

/** Before the value: whether it is as the codec wrote it, or deflated. */
const [PLAIN, DEFLATED] = [Buffer.from([0]), Buffer.from([1])];
const NAME_LENGTH = 8;

/**
 * Compresses what another codec writes (raw deflate at its fastest level). Any reader can read compressed and plain values, whatever
 * its own `above`. To have values both compressed and encrypted, give this to `encrypted`: what is encrypted cannot be compressed.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ backend: sqlite({ directory, codec: compressed(jsonCodec, { above: 4_096 }) }) });
 */
export function compressed(codec: Codec, options: CompressionOptions = {}): Codec {
  rejectUnknownOptions(options, ['above', 'maxBytes']);
  const { above = 1_024, maxBytes = 8_388_608 } = options;
  if (typeof codec?.encode !== 'function') throw invalidOption('codec', codec, 'a codec such as `jsonCodec`');
  if (typeof above !== 'number' || !(above >= 0))
    throw invalidOption('above', above, 'bytes, 0 or more, or `Infinity`');
  if (!Number.isSafeInteger(maxBytes) || maxBytes <= 0) {
    throw invalidOption('maxBytes', maxBytes, 'a whole number of bytes greater than 0');
  }
  return {
    name: `z:${codec.name}`.slice(0, NAME_LENGTH),
    encode(value, key) {
      const plain = codec.encode(value, key);
      if (plain.byteLength > maxBytes) {
        const message = `The value takes ${plain.byteLength} bytes; allowed: ${maxBytes} before compression.`;
        throw new CacheError('ERR_CACHE_VALUE', message);
      }
      if (plain.byteLength > above) {
        const deflated = deflateRawSync(plain, { level: 1 });
        if (deflated.length <= plain.byteLength * 0.9) return Buffer.concat([DEFLATED, deflated]);
      }
      return Buffer.concat([PLAIN, plain]);
    },
    decode(bytes, key) {
      const body = bytes.subarray(1);
      if (bytes[0] === PLAIN[0]) return codec.decode(body, key);
      if (bytes[0] !== DEFLATED[0])
        throw new Error('These bytes say neither that they are deflated nor that they are plain.');
      return codec.decode(inflateRawSync(body, { maxOutputLength: maxBytes }), key);
    },
  };
}
