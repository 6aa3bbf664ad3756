import { randomFillSync } from 'node:crypto';
import { decodeEntry, encodeEntry, KEY_AT, MAGIC, NUMBERS_AT, TOKEN_AT, TOKEN_LENGTH } from '../../codecs/envelope.ts';
import type { Entry } from '../../entry.ts';
import { CacheError } from '../../errors.ts';
import { TOMBSTONE } from '../tombstone.ts';
import type { Settings } from './options.ts';

/** How long the mark of a deletion stays, in milliseconds: loads that take longer may store over it. */
export const TOMBSTONE_TTL = 60_000;
/** Longest time to live that is told to Redis, in milliseconds (about 35,000 years); beyond, an entry has none. */
const LONGEST_TTL = 2 ** 50;

const tokens = Buffer.alloc(TOKEN_LENGTH * 512);
let tokensUsed = tokens.length;

function nextToken(): Buffer {
  if (tokensUsed === tokens.length) {
    randomFillSync(tokens);
    tokensUsed = 0;
  }
  return tokens.subarray(tokensUsed, (tokensUsed += TOKEN_LENGTH));
}

/** The bytes of an entry as they are stored. @throws CacheError `ERR_CACHE_VALUE` if too large; what the codec throws */
export function bytesOf(key: string, entry: Entry, settings: Settings): Buffer {
  const bytes = encodeEntry(key, entry, settings.codec, nextToken());
  if (bytes.length <= settings.maxValueBytes) return bytes;
  const message = `The value takes ${bytes.length} bytes; allowed: ${settings.maxValueBytes} (option maxValueBytes).`;
  throw new CacheError('ERR_CACHE_VALUE', message);
}

/** The entry in stored bytes; `undefined` for what cannot be read. */
export function entryOf(key: string, stored: Buffer | null, settings: Settings): Entry | undefined {
  return stored === null ? undefined : decodeEntry(key, stored, settings.codec);
}

/** What stands in the place of a deleted entry: an expired one, with a token of its own. */
export function tombstoneOf(key: string, now: number, settings: Settings): Buffer {
  return encodeEntry(key, { ...TOMBSTONE, storedAt: now }, settings.codec, nextToken());
}

/** Milliseconds that Redis keeps the entry, `''` for ever. One that is expired already stays like a deletion: it is a write too. */
export function ttlOf(entry: Entry, now: number): number | '' {
  const milliseconds = Math.ceil(entry.deleteAt - now);
  if (milliseconds <= 0) return TOMBSTONE_TTL;
  return milliseconds > LONGEST_TTL ? '' : milliseconds;
}

/** The token of stored bytes, as they are. */
export function tokenOf(stored: Buffer): Buffer {
  return stored.subarray(TOKEN_AT, TOKEN_AT + TOKEN_LENGTH);
}

const DEADLINES_AT = NUMBERS_AT + 8;

/** Bytes before the key: all that is needed to judge an entry. */
export const HEADER: number = KEY_AT;

/** Whether the header is that of an entry that is still there at `now`: neither expired nor deleted. */
export function isLive(header: Buffer, now: number): boolean {
  if (header.length < HEADER || header.readUInt16BE(0) !== MAGIC) return false;
  const deadline = (index: number): number => header.readDoubleBE(DEADLINES_AT + 8 * index);
  return Math.max(deadline(0), deadline(1), deadline(2)) > now;
}
