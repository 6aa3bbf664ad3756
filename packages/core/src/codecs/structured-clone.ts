import { deserialize, serialize } from 'node:v8';
import { CacheError } from '../errors.ts';
import type { Codec } from './codec.ts';

/**
 * The structured clone algorithm in V8's own format: all that a value in memory may hold except functions, symbols and
 * classes comes back as it was, `Date`, `Map`, `Set`, `BigInt`, binary data and cycles too. The default of backends that keep
 * bytes, so that a cache behaves the same wherever its values are.
 */
export const structuredCloneCodec: Codec = {
  name: 'v8',
  encode(value) {
    try {
      return serialize(value);
    } catch (error) {
      const message = `The value cannot be cloned (${String(error)}); allowed: all but functions, symbols and what holds them.`;
      throw new CacheError('ERR_CACHE_VALUE', message);
    }
  },
  decode: (bytes) => deserialize(bytes) as unknown,
  passesStreams: true,
};
