import { CacheError } from '../errors.ts';
import type { Codec } from './codec.ts';

/** The bytes of a value. @throws CacheError `ERR_CACHE_VALUE`, whatever the codec throws for what it cannot represent */
export function encodeValue(codec: Codec, value: unknown, key: string): Uint8Array {
  try {
    return codec.encode(value, key);
  } catch (error) {
    if (error instanceof CacheError) throw error;
    const message = `The value is not one that the codec \`${codec.name}\` allows: it throws ${String(error)}.`;
    throw new CacheError('ERR_CACHE_VALUE', message);
  }
}
