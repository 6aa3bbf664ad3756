import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Encoding } from '../http/encoding.ts';

const compressWithBrotli = promisify(brotliCompress);
const compressWithGzip = promisify(gzip);

/** A body in a content coding. Done once for each stored response, so it may take longer than compressing on the way out. */
export function encode(body: Uint8Array, coding: Encoding): Promise<Uint8Array> {
  if (coding === 'gzip') return compressWithGzip(body, { level: 9 });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength };
  return compressWithBrotli(body, { params });
}
