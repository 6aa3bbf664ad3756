import { crc32 } from 'node:zlib';
import type { Entry } from '../entry.ts';
import type { Codec } from './codec.ts';
import { CHECK_AT, decodeEntry, encodeEntry, KEY_AT, NUMBERS_AT, parseEntry } from './envelope.ts';

/**
 * The envelope of a value that came as a stream: the value is a CRC-32 of what stands before it, so that it can be trusted before the rest is
 * read, and then the bytes as they came. The checksum of the envelope covers all of them, as always.
 */
const CHECK_LENGTH = 4;
const NO_VALUE = new Uint8Array();

const streamed: Codec = {
  name: 'bytes',
  encode: (value) => Buffer.concat([Buffer.alloc(CHECK_LENGTH), value as Uint8Array]),
  decode: (bytes) => bytes.subarray(CHECK_LENGTH),
};

/** Bytes that are enough to tell how long a head is, if its key has this many. */
export function lengthToTell(keyBytes: number): number {
  return KEY_AT + 4 + keyBytes + 4;
}

/** How long a head is that begins with `bytes`; at least `lengthToTell` of them. */
export function headLength(bytes: Buffer): number {
  const tagsAt = KEY_AT + 4 + bytes.readUInt32BE(KEY_AT);
  return tagsAt + 4 + bytes.readUInt32BE(tagsAt) + CHECK_LENGTH;
}

/** What stands before the bytes of a value, save for the checksum of it all. */
export function encodeHead(key: string, entry: Entry, token: Uint8Array): Buffer {
  const head = encodeEntry(key, { ...entry, value: NO_VALUE }, streamed, token);
  head.writeUInt32BE(crc32(head.subarray(NUMBERS_AT, -CHECK_LENGTH)), head.length - CHECK_LENGTH);
  return head;
}

/** The entry, without its value, of a whole head; `undefined` if it is not one of this key. */
export function decodeHead(key: string, head: Buffer): Entry | undefined {
  const check = crc32(head.subarray(NUMBERS_AT, -CHECK_LENGTH));
  if (check !== head.readUInt32BE(head.length - CHECK_LENGTH)) return undefined;
  return parseEntry(key, head, streamed);
}

/** The checksum of a head and of all that follows, piece by piece. */
export class RunningCheck {
  value: number;

  constructor(head: Buffer) {
    this.value = crc32(head.subarray(NUMBERS_AT));
  }

  add(piece: Uint8Array): void {
    this.value = crc32(piece, this.value);
  }
}

/** Where in a head the checksum stands, and that checksum. */
export const CHECK_POSITION: number = CHECK_AT;
export function writtenCheck(head: Buffer): number {
  return head.readUInt32BE(CHECK_AT);
}

/** `decodeEntry` for bytes that may have come as a stream. */
export function decodeAny(key: string, bytes: Buffer, codec: Codec): Entry | undefined {
  const entry = decodeEntry(key, bytes, codec);
  return entry === undefined && codec.passesStreams === true ? decodeEntry(key, bytes, streamed) : entry;
}
