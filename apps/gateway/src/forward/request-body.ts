import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { RequestTooLarge } from './failure.ts';

/** The body of a request as it is passed on, or `null` if it has none. More bytes than the limit are an error. */
export function requestBody(request: IncomingMessage, maxBytes: number): Readable | null {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (length === undefined || length === '0')) return null;
  return Readable.from(limited(request, maxBytes), { objectMode: false });
}

async function* limited(request: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RequestTooLarge();
    yield chunk;
  }
}
