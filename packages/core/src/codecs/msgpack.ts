import {
  decode,
  decodeTimestampExtension,
  encode,
  encodeTimestampExtension,
  EXT_TIMESTAMP,
  ExtData,
  type ExtensionCodecType,
} from '@msgpack/msgpack';
import type { Codec } from './codec.ts';
import { isPlainObject, NOTHING, rejectUnknownData } from './known-data.ts';

/** What MessagePack has no type for, as extensions of this library. Only data: a number that is not here is unreadable. */
const [MAP, SET, BIGINT, BUFFER] = [1, 2, 3, 4] as const;
const ALLOWED = 'plain data, `Date`, `Map`, `Set`, `BigInt`, `Uint8Array` and `Buffer`';

const extensions: ExtensionCodecType<undefined> = {
  tryToEncode(value) {
    if (Array.isArray(value)) return null;
    if (value instanceof Date) return new ExtData(EXT_TIMESTAMP, encodeTimestampExtension(value) as Uint8Array);
    if (value instanceof Map) return new ExtData(MAP, encode([...value].flat(1), OPTIONS));
    if (value instanceof Set) return new ExtData(SET, encode([...value], OPTIONS));
    if (typeof value === 'bigint') return new ExtData(BIGINT, Buffer.from(hexOf(value)));
    return Buffer.isBuffer(value) ? new ExtData(BUFFER, value) : null;
  },
  decode(data, type) {
    if (type === EXT_TIMESTAMP) return decodeTimestampExtension(data);
    if (type === MAP) return mapOf(decode(data, OPTIONS) as unknown[]);
    if (type === SET) return new Set(decode(data, OPTIONS) as unknown[]);
    if (type === BIGINT) return bigintOf(Buffer.from(data).toString('latin1'));
    if (type === BUFFER) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    throw new Error(`MessagePack extension ${type} is not known.`);
  },
};

const OPTIONS = { extensionCodec: extensions, maxDepth: Infinity };

/**
 * MessagePack (msgpack.org), which other languages read too: smaller than JSON, and it keeps dates and binary data. Plain data, `Date`, `Map`,
 * `Set`, `BigInt`, `Uint8Array` and `Buffer` come back as they were; everything else is refused. `Map`, `Set`, `BigInt` and `Buffer` are
 * extensions 1 to 4 (an array of keys and values in turn, an array, hexadecimal digits, bytes). -0 comes back as 0.
 *
 * Needs the package `@msgpack/msgpack`.
 *
 * @example
 * import { messagePackCodec } from '@cache/core/msgpack';
 * const cache = createCache({ backend: redis(url, { codec: messagePackCodec }) });
 */
export const messagePackCodec: Codec = {
  name: 'msgpack',
  encode(value) {
    rejectUnknownData(value, partsOf, ALLOWED);
    return encode(value, OPTIONS);
  },
  // A view that is no `Buffer`, because binary data inside becomes what this is.
  decode: (bytes) => decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), OPTIONS),
  passesStreams: true,
};

function partsOf(value: unknown): Iterable<unknown> | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? NOTHING : undefined;
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return NOTHING;
  if (Array.isArray(value)) return value as unknown[];
  if (isPlainObject(value)) return Object.hasOwn(value, '__proto__') ? undefined : propertiesOf(value);
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) return NOTHING;
  if (prototype === Date.prototype) return Number.isNaN((value as Date).getTime()) ? undefined : NOTHING;
  if (prototype === Map.prototype) return [...(value as Map<unknown, unknown>)].flat(1);
  return prototype === Set.prototype ? (value as Set<unknown>) : undefined;
}

/** Names are texts of their own in MessagePack. */
function propertiesOf(value: Record<string, unknown>): unknown[] {
  const names = Object.keys(value);
  const values = Object.values(value);
  return names.every((name) => name.isWellFormed()) ? values : [...names, ...values];
}

function mapOf(flat: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let index = 0; index < flat.length; index += 2) map.set(flat[index], flat[index + 1]);
  return map;
}

function hexOf(value: bigint): string {
  return value.toString(16);
}

function bigintOf(hex: string): bigint {
  return hex.startsWith('-') ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}
