import { crc32 } from 'node:zlib';
import type { Entry } from '../entry.ts';
import type { Codec } from './codec.ts';
import { encodeValue } from './encode-value.ts';

/**
 * The bytes of an entry, version 1. All numbers are big-endian.
 *
 *     0   2  magic "c1"
 *     2   8  codec name, padded with NUL
 *    10   8  token: differs for each write, the subject of compare-and-set
 *    18   4  CRC-32 of all that follows
 *    22  48  storedAt, staleAt, revalidateUntil, errorUntil, limitAt, position (float64 each)
 *    70   4  length of the key in bytes, then the key
 *     …   4  length of the tags in bytes, then the tags as JSON
 *     …      the value as the codec wrote it
 */
export const MAGIC = 0x6331;
const NAME_AT = 2;
export const TOKEN_AT = 10;
export const TOKEN_LENGTH = 8;
export const CHECK_AT = 18;
export const NUMBERS_AT = 22;
export const KEY_AT = 70;

/** Bytes of an entry that nobody else's entry is taken for. @throws CacheError `ERR_CACHE_VALUE` */
export function encodeEntry(key: string, entry: Entry, codec: Codec, token: Uint8Array): Buffer {
  const keyBytes = Buffer.from(key);
  const tags = Buffer.from(entry.tags.length === 0 ? '' : JSON.stringify(entry.tags));
  const value = encodeValue(codec, entry.value, key);
  const tagsAt = KEY_AT + 4 + keyBytes.length;
  const bytes = Buffer.alloc(tagsAt + 4 + tags.length + value.byteLength);
  bytes.writeUInt16BE(MAGIC, 0);
  bytes.write(codec.name, NAME_AT, 8, 'latin1');
  bytes.set(token.subarray(0, TOKEN_LENGTH), TOKEN_AT);
  const { storedAt, staleAt, revalidateUntil, errorUntil, limitAt, position } = entry;
  let at = NUMBERS_AT;
  for (const number of [storedAt, staleAt, revalidateUntil, errorUntil, limitAt, position]) {
    at = bytes.writeDoubleBE(number, at);
  }
  bytes.writeUInt32BE(keyBytes.length, KEY_AT);
  keyBytes.copy(bytes, KEY_AT + 4);
  bytes.writeUInt32BE(tags.length, tagsAt);
  tags.copy(bytes, tagsAt + 4);
  bytes.set(value, tagsAt + 4 + tags.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(NUMBERS_AT)), CHECK_AT);
  return bytes;
}

/** The entry in the bytes; `undefined` for whatever cannot be read: corrupt, of another key, codec or version. */
export function decodeEntry(key: string, bytes: Buffer, codec: Codec): Entry | undefined {
  if (bytes.length < KEY_AT || bytes.readUInt32BE(CHECK_AT) !== crc32(bytes.subarray(NUMBERS_AT))) return undefined;
  return parseEntry(key, bytes, codec);
}

/** `decodeEntry` without the look at the checksum, for bytes that are known to be right. */
export function parseEntry(key: string, bytes: Buffer, codec: Pick<Codec, 'name' | 'decode'>): Entry | undefined {
  try {
    if (bytes.readUInt16BE(0) !== MAGIC) return undefined;
    if (bytes.toString('latin1', NAME_AT, TOKEN_AT) !== paddedName(codec)) return undefined;
    const tagsAt = KEY_AT + 4 + bytes.readUInt32BE(KEY_AT);
    if (keyAt(bytes, tagsAt, key) !== key) return undefined;
    const valueAt = tagsAt + 4 + bytes.readUInt32BE(tagsAt);
    const tags = valueAt === tagsAt + 4 ? [] : (JSON.parse(bytes.toString('utf8', tagsAt + 4, valueAt)) as unknown);
    if (valueAt > bytes.length || !isTags(tags)) return undefined;
    const storedAt = bytes.readDoubleBE(NUMBERS_AT);
    const staleAt = bytes.readDoubleBE(NUMBERS_AT + 8);
    const revalidateUntil = bytes.readDoubleBE(NUMBERS_AT + 16);
    const errorUntil = bytes.readDoubleBE(NUMBERS_AT + 24);
    const limitAt = bytes.readDoubleBE(NUMBERS_AT + 32);
    const position = bytes.readDoubleBE(NUMBERS_AT + 40);
    const deleteAt = Math.max(staleAt, revalidateUntil, errorUntil);
    if (Number.isNaN(storedAt + deleteAt + position)) return undefined;
    return {
      value: codec.decode(bytes.subarray(valueAt), key),
      storedAt,
      staleAt,
      revalidateUntil,
      errorUntil,
      deleteAt,
      limitAt,
      tags,
      position,
      copyOnRead: false,
      token: bytes.toString('latin1', TOKEN_AT, TOKEN_AT + TOKEN_LENGTH),
      checkedAt: -1,
    };
  } catch {
    return undefined;
  }
}

/** What an entry depends on, read from the first bytes alone; `undefined` if there are too few, or it is none. */
export function decodeNames(
  bytes: Buffer,
): { readonly position: number; readonly tags: readonly string[] } | undefined {
  try {
    if (bytes.readUInt16BE(0) !== MAGIC) return undefined;
    const tagsAt = KEY_AT + 4 + bytes.readUInt32BE(KEY_AT);
    const valueAt = tagsAt + 4 + bytes.readUInt32BE(tagsAt);
    if (valueAt > bytes.length) return undefined;
    const tags = valueAt === tagsAt + 4 ? [] : (JSON.parse(bytes.toString('utf8', tagsAt + 4, valueAt)) as unknown);
    return isTags(tags) ? { position: bytes.readDoubleBE(NUMBERS_AT + 40), tags } : undefined;
  } catch {
    return undefined;
  }
}

function isTags(tags: unknown): tags is readonly string[] {
  return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
}

const paddedNames = new WeakMap<object, string>();

function paddedName(codec: Pick<Codec, 'name'>): string {
  let name = paddedNames.get(codec);
  if (name === undefined) paddedNames.set(codec, (name = codec.name.padEnd(TOKEN_AT - NAME_AT, '\0')));
  return name;
}

/** The key in the bytes. As many bytes as the wanted key has characters are ASCII if they are that key, which is faster to read. */
function keyAt(bytes: Buffer, end: number, wanted: string): string {
  const start = KEY_AT + 4;
  return end - start === wanted.length ? bytes.toString('latin1', start, end) : bytes.toString('utf8', start, end);
}
