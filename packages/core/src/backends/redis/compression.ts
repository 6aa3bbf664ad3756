import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { KEY_AT } from '../../codecs/envelope.ts';

/** The first byte of the envelope of an entry (`c1`), and what it is if the part after the header is compressed. */
const [PLAIN, COMPRESSED] = [0x63, 0x7a];
/** The header stays as it is, so that scripts find the token and the times at their places. */
const HEADER = KEY_AT;

/** The bytes as they are stored: compressed if they are more than `above` and that saves a tenth. */
export function pack(bytes: Buffer, above: number): Buffer {
  if (bytes.length <= above) return bytes;
  const body = deflateRawSync(bytes.subarray(HEADER), { level: 1 });
  if (HEADER + body.length > bytes.length * 0.9) return bytes;
  const packed = Buffer.concat([bytes.subarray(0, HEADER), body]);
  packed[0] = COMPRESSED;
  return packed;
}

/** The bytes as they were before `pack`; `undefined` if they cannot be unpacked or would be more than `maxBytes`. */
export function unpack(stored: Buffer, maxBytes: number): Buffer | undefined {
  if (stored[0] !== COMPRESSED) return stored;
  try {
    const body = inflateRawSync(stored.subarray(HEADER), { maxOutputLength: maxBytes });
    const bytes = Buffer.concat([stored.subarray(0, HEADER), body]);
    bytes[0] = PLAIN;
    return bytes;
  } catch {
    return undefined;
  }
}
