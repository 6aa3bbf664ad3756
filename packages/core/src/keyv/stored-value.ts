import { CacheError } from '../errors.ts';

/** Begins what the serializer of a Keyv made, so that it is not taken for a text that somebody stored as a value. */
const SERIALIZED = '\0keyv ';

/** The value to store for what Keyv hands to a store: a text of its serializer, or the value with its deadline. */
export function fromKeyv(given: unknown): unknown {
  if (typeof given === 'string') return SERIALIZED + given;
  if (typeof given === 'object' && given !== null && 'value' in given) return given.value;
  throw new CacheError('ERR_CACHE_VALUE', 'A serializer of Keyv must make a text.');
}

/** What Keyv expects of a store for a value that was found: the same text, or the value without a deadline, which the cache keeps. */
export function toKeyv(found: unknown): unknown {
  if (found === undefined) return undefined;
  return typeof found === 'string' && found.startsWith(SERIALIZED) ? found.slice(SERIALIZED.length) : { value: found };
}
