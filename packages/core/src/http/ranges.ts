/** Bytes of a representation, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The bytes that a stored 206 holds. */
export interface PartialContent extends ByteRange {
  /** Length of the whole representation in bytes; `undefined` if the response did not say. */
  readonly total: number | undefined;
}

/** What a `Range` field asks for: one range with both ends, from a byte on, or the last so many bytes. */
export type RangeRequest =
  | { readonly kind: 'from'; readonly first: number; readonly last: number | undefined }
  | { readonly kind: 'suffix'; readonly length: number };

/**
 * A `Range` field with one range of bytes (RFC 9110, section 14.1.2). `undefined` for anything else: several ranges,
 * other units and what is malformed are ignored, as the RFC allows.
 */
export function parseRange(field: string | undefined): RangeRequest | undefined {
  if (field === undefined) return undefined;
  const match = /^\s*bytes\s*=\s*(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))\s*$/i.exec(field);
  if (match === null) return undefined;
  if (match[3] !== undefined) return { kind: 'suffix', length: Number(match[3]) };
  const first = Number(match[1]);
  const last = match[2] === undefined ? undefined : Number(match[2]);
  return last !== undefined && last < first ? undefined : { kind: 'from', first, last };
}

/** The bytes of a representation of this length that are asked for; `undefined` if there are none (416). */
export function rangeWithin(range: RangeRequest, total: number): ByteRange | undefined {
  const first = range.kind === 'from' ? range.first : Math.max(0, total - range.length);
  const last = range.kind === 'from' ? Math.min(range.last ?? total - 1, total - 1) : total - 1;
  return first > last || (range.kind === 'suffix' && range.length === 0) ? undefined : { first, last };
}

/** A `Content-Range` field of a 206 (RFC 9110, section 14.4); `undefined` if it cannot be read. */
export function parseContentRange(field: string | undefined): PartialContent | undefined {
  const match = /^\s*bytes\s+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)\s*$/i.exec(field ?? '');
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? undefined : Number(match[3]);
  return last < first || (total !== undefined && last >= total) ? undefined : { first, last, total };
}

/** What of a stored part answers the range; `undefined` if some of what is asked for is not in it. */
export function rangeOfPart(range: RangeRequest, part: PartialContent): ByteRange | undefined {
  if (range.kind === 'from' && range.last !== undefined && range.first >= part.first && range.last <= part.last) {
    return { first: range.first, last: range.last };
  }
  if (part.total === undefined) return undefined;
  const wanted = rangeWithin(range, part.total);
  return wanted !== undefined && wanted.first >= part.first && wanted.last <= part.last ? wanted : undefined;
}

/**
 * The range that completes a stored part to the whole; `undefined` if one range cannot, because the part lies in the
 * middle, or because it is not known how much is missing.
 */
export function missingRange({ first, last, total }: PartialContent): string | undefined {
  if (total === undefined) return undefined;
  if (first === 0) return `bytes=${last + 1}-`;
  return last === total - 1 ? `bytes=0-${first - 1}` : undefined;
}

/** `bytes 0-4/10`, for a `Content-Range` field. */
export function contentRange({ first, last }: ByteRange, total: number | undefined): string {
  return `bytes ${first}-${last}/${total ?? '*'}`;
}
