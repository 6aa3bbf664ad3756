import { CacheError } from '../errors.ts';
import type { Codec } from './codec.ts';

/**
 * JSON: readable by anybody, and smaller and faster than the default for plain data. A value that JSON would change on the way (`Date`,
 * `Map`, `undefined` in an object, `NaN`, `BigInt`, binary data, class instances) is refused instead.
 *
 * @example
 * const cache = createCache({ backend: redis(client, { codec: jsonCodec }) });
 */
export const jsonCodec: Codec = {
  name: 'json',
  encode(value) {
    refuse(value, new Set());
    return Buffer.from(JSON.stringify(value));
  },
  decode: (bytes) => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as unknown,
};

function refuse(value: unknown, around: Set<object>): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value !== 'object')
    throw unserialisable(typeof value === 'number' ? 'a number that is not finite' : typeof value);
  if (around.has(value)) throw unserialisable('a cycle');
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    throw unserialisable(`an instance of ${value.constructor.name}`);
  }
  around.add(value);
  for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) refuse(item, around);
  around.delete(value);
}

function unserialisable(what: string): CacheError {
  return new CacheError('ERR_CACHE_VALUE', `The value holds ${what}; allowed with JSON: plain data.`);
}
