import { strongEntityTag } from './conditional.ts';
import { headerOf, withoutHeaders } from './headers.ts';
import { type PartialContent, parseContentRange } from './ranges.ts';
import type { StoredResponse } from './records.ts';

/** Bytes of a representation with the fields that came with them. */
type Part = Pick<StoredResponse, 'headers' | 'body' | 'part'>;

/**
 * Whether two parts may be put together: the same strong entity tag (RFC 9111, section 3.4), the same length of the whole,
 * and one begins where the other ends.
 */
export function partsFit(a: Pick<Part, 'headers' | 'part'>, b: Pick<Part, 'headers' | 'part'>): boolean {
  const tag = strongEntityTag(a.headers);
  if (tag === undefined || tag !== strongEntityTag(b.headers)) return false;
  if (a.part?.total === undefined || a.part.total !== b.part?.total) return false;
  return a.part.last + 1 === b.part.first || b.part.last + 1 === a.part.first;
}

/**
 * A stored part and a newer one that fits, as one response with the fields of the newer: a whole 200, or a longer part.
 * `undefined` if the bodies are not as long as their parts.
 */
export function joinParts(stored: StoredResponse, newer: StoredResponse): StoredResponse | undefined {
  if (stored.part === undefined || newer.part === undefined || !partsFit(stored, newer)) return undefined;
  if (!isComplete(stored.body, stored.part) || !isComplete(newer.body, newer.part)) return undefined;
  const [front, back] = stored.part.first < newer.part.first ? [stored, newer] : [newer, stored];
  const body = new Uint8Array(front.body.byteLength + back.body.byteLength);
  body.set(front.body);
  body.set(back.body, front.body.byteLength);
  const headers = withoutHeaders(newer.headers, new Set(['content-range']));
  const { total } = newer.part;
  const joined = { ...newer.part, first: front.part?.first ?? 0, last: back.part?.last ?? 0 };
  if (body.byteLength === total)
    return { ...newer, status: 200, headers, body, part: undefined, rangeAsked: undefined };
  headers.push('Content-Range', `bytes ${joined.first}-${joined.last}/${total}`);
  return { ...newer, headers, body, part: joined, rangeAsked: undefined };
}

/** The bytes that a 206 with these fields has. */
export function partOf(headers: StoredResponse['headers']): PartialContent | undefined {
  return parseContentRange(headerOf(headers, 'content-range'));
}

function isComplete(body: Uint8Array, { first, last }: PartialContent): boolean {
  return body.byteLength === last - first + 1;
}
