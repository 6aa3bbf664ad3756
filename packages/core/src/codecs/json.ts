import type { Codec } from './codec.ts';
import { isPlainObject, NOTHING, rejectUnknownData } from './known-data.ts';

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
    rejectUnknownData(
      value,
      partsOf,
      'what JSON keeps as it is (texts, finite numbers, booleans, null, arrays, objects)',
    );
    return Buffer.from(JSON.stringify(value));
  },
  decode: (bytes) => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as unknown,
  passesStreams: true,
};

function partsOf(value: unknown): Iterable<unknown> | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return NOTHING;
  if (typeof value === 'number') return Number.isFinite(value) ? NOTHING : undefined;
  if (Array.isArray(value)) return value as unknown[];
  return isPlainObject(value) ? Object.values(value) : undefined;
}
