import { randomBytes } from 'node:crypto';
import type { Codec } from '../../codecs/codec.ts';
import { encodeEntry } from '../../codecs/envelope.ts';
import type { Entry } from '../../entry.ts';
import { CacheError } from '../../errors.ts';
import { ROW_BYTES, type RowWrite, TOMBSTONE_TIME } from './rows.ts';
import { newToken } from './schema.ts';

/** A row that is ready to be written. */
export interface ReadyWrite {
  readonly row: RowWrite;
  /** The bytes, if they must be written into a file first. */
  readonly large: Uint8Array | undefined;
}

/** What of a value goes where. */
export interface RowLimits {
  readonly codec: Codec;
  readonly fileAbove: number;
  readonly maxBytes: number;
}

/** The write of an entry. @throws CacheError `ERR_CACHE_VALUE` if it cannot be encoded or is too large */
export function valueWrite(key: string, entry: Entry, now: number, limits: RowLimits): ReadyWrite {
  const token = newToken();
  const bytes = encodeEntry(key, entry, limits.codec, token);
  const size = rowSize(key, bytes.length);
  if (size > limits.maxBytes) {
    const message = `The entry takes ${size} bytes; allowed: ${limits.maxBytes} in all (option maxBytes).`;
    throw new CacheError('ERR_CACHE_VALUE', message);
  }
  const isLarge = bytes.length > limits.fileAbove;
  const place = isLarge ? { file: newFileName(), body: null } : { file: null, body: bytes };
  const row = valueRow({ key, token: Buffer.from(token), length: bytes.length, ...place }, entry, now);
  return { row, large: isLarge ? bytes : undefined };
}

/** The row of an entry whose bytes are in it or in a file. @param parts `length`: how many bytes */
export function valueRow(
  parts: Pick<RowWrite, 'key' | 'token' | 'file' | 'body'> & { readonly length: number },
  entry: Pick<Entry, 'deleteAt'>,
  now: number,
): RowWrite {
  const { key, token, file, body, length } = parts;
  // Never is NULL in a database.
  const expire = entry.deleteAt === Infinity ? null : entry.deleteAt;
  const purge = expire === null ? null : Math.max(expire, now + TOMBSTONE_TIME);
  return { key, token, expire, purge, stored: now, size: rowSize(key, length), file, body };
}

/** The write of a deletion. */
export function tombstoneWrite(key: string, now: number): ReadyWrite {
  return { row: tombstoneRow(key, now), large: undefined };
}

/** What is left behind where something was deleted. */
export function tombstoneRow(key: string, now: number): RowWrite {
  const token = Buffer.from(newToken());
  const size = rowSize(key, 0);
  return { key, token, expire: 0, purge: now + TOMBSTONE_TIME, stored: null, size, file: null, body: null };
}

/** What counts against `maxBytes`. @param length bytes of the envelope */
export function rowSize(key: string, length: number): number {
  return length + Buffer.byteLength(key) + ROW_BYTES;
}

/** How many bytes the envelope has in a row of this size. */
export function envelopeLength(key: string, size: number): number {
  return size - rowSize(key, 0);
}

/** A name for the file of a value. */
export function newFileName(): string {
  return randomBytes(16).toString('hex');
}
