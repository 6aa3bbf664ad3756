import { parseCacheControl } from './cache-control.ts';
import type { Encoding } from './encoding.ts';
import { type HeaderList, headerOf, withoutHeaders } from './headers.ts';
import type { StoredResponse } from './records.ts';

/** Smaller bodies are not worth it: what is saved fits into the same packet. In bytes. */
const MIN_BYTES = 1024;

const COMPRESSIBLE =
  /^(?:text\/(?!event-stream\b)|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript|wasm|manifest)\b|image\/svg\+xml\b)/i;

/**
 * The coding that a client likes best among those on offer, by the weights in `Accept-Encoding` and then by the order of
 * the offer; `'identity'` if it takes none of them (RFC 9110, section 12.5.3).
 */
export function chooseEncoding(
  acceptEncoding: string | undefined,
  offered: readonly Encoding[],
): Encoding | 'identity' {
  if (acceptEncoding === undefined) return 'identity';
  const weights = new Map(acceptEncoding.split(',').map(weightOf));
  const weight = (coding: string): number => weights.get(coding) ?? weights.get('*') ?? 0;
  const best = Math.max(0, ...offered.map(weight));
  const identity = weights.get('identity') ?? 0;
  return best === 0 || identity > best ? 'identity' : (offered.find((coding) => weight(coding) === best) ?? 'identity');
}

/** Whether coded variants of this response may be made: nobody forbids it, and it is worth it. */
export function isEncodable({ status, headers, body, part, holes }: StoredResponse): boolean {
  return (
    status === 200 &&
    part === undefined &&
    holes === undefined &&
    body.byteLength >= MIN_BYTES &&
    hasEncodableHead(headers)
  );
}

/** What of that can be told from the head. */
export function hasEncodableHead(headers: HeaderList): boolean {
  return (
    headerOf(headers, 'content-encoding') === undefined &&
    headerOf(headers, 'content-range') === undefined &&
    COMPRESSIBLE.test(headerOf(headers, 'content-type') ?? '') &&
    !parseCacheControl(headerOf(headers, 'cache-control')).has('no-transform')
  );
}

/** Digests of a body are not those of its coded form. */
const OF_THE_IDENTITY = new Set(['content-digest', 'content-md5', 'digest', 'etag', 'content-encoding']);

/** The response in a coding. Its entity tag is another one, because its bytes are (RFC 9110, section 8.8.3.3). */
export function encodedResponse(response: StoredResponse, coding: Encoding, body: Uint8Array): StoredResponse {
  const headers = withoutHeaders(response.headers, OF_THE_IDENTITY);
  headers.push('Content-Encoding', coding);
  const etag = headerOf(response.headers, 'etag');
  if (etag?.endsWith('"') === true) headers.push('ETag', `${etag.slice(0, -1)}-${coding}"`);
  // The handler knows the entity tag of what it made, not this one.
  return { ...response, headers, body, madeEntityTag: true };
}

function weightOf(element: string): [coding: string, weight: number] {
  const [coding = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return [coding === 'x-gzip' ? 'gzip' : coding, Number.isNaN(weight) ? 0 : weight];
}
