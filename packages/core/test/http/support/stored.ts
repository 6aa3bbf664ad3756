import type { StoredResponse } from '../../../src/http/records.ts';

/** Text as bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes as text; `undefined` for none. */
export function text(body: Uint8Array | undefined): string | undefined {
  return body === undefined ? undefined : new TextDecoder().decode(body);
}

/** A stored response, a whole 200 if not said otherwise. */
export function stored({
  body = '0123456789',
  ...changes
}: Partial<Omit<StoredResponse, 'body'>> & { body?: string } = {}): StoredResponse {
  return {
    kind: 'response',
    status: 200,
    headers: [],
    removed: [],
    body: bytes(body),
    part: undefined,
    rangeAsked: undefined,
    madeEntityTag: false,
    initialAge: 0,
    alwaysValidated: false,
    stale: { ifError: 0, ifLost: 0, ifAsked: 0 },
    fillDuration: 0,
    ...changes,
  };
}

/** A stored 206 that holds these bytes of ten digits. */
export function storedPart(
  first: number,
  last: number,
  changes: Partial<Omit<StoredResponse, 'body'>> & { body?: string } = {},
): StoredResponse {
  return stored({
    status: 206,
    headers: ['ETag', '"v1"', 'Content-Range', `bytes ${first}-${last}/10`],
    body: '0123456789'.slice(first, last + 1),
    part: { first, last, total: 10 },
    ...changes,
  });
}
