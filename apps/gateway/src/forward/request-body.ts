import { Readable } from 'node:stream';
import { RequestTooLarge } from './failure.ts';
import type { Arriving } from './outlet.ts';

/** The body of a request as it is passed on, or `null` if it has none. More bytes than the limit are an error. */
export function requestBody(request: Arriving, maxBytes: number): Readable | null {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (length === undefined || length === '0')) return null;
  return Readable.from(limited(request, maxBytes), { objectMode: false });
}

async function* limited(request: Arriving, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RequestTooLarge();
    yield chunk;
  }
}
