import { conditionsOf, ifRangeHolds, isNotModified, leftOutOf304 } from './conditional.ts';
import { type HeaderList, withoutHeaders } from './headers.ts';
import { type ByteRange, contentRange, parseRange, rangeOfPart, rangeWithin, type RangeRequest } from './ranges.ts';
import type { StoredResponse } from './records.ts';
import type { HttpRequest } from './request.ts';

/** What a stored response is to one request. */
export interface Representation {
  readonly status: number;
  /** Without `Age`, `Content-Length` and what tells of the cache. */
  readonly headers: HeaderList;
  /** The body a GET gets; `undefined` if the answer has none. */
  readonly body: Uint8Array | undefined;
}

/** The fields of a request that choose what is sent of a response. */
type Chooser = Pick<HttpRequest, 'method' | 'header'>;

/**
 * What of a stored response answers a GET or HEAD: all of it, 304 where the client has it already, 206 with the part that
 * was asked for, or 416 where there is no such part (RFC 9110, sections 13.2.2 and 14.2).
 */
export function representationFor(request: Chooser, response: StoredResponse): Representation {
  const { status, headers, body, part, filled } = response;
  const isBodiless = status === 204 || status === 304 || filled === 'head';
  const whole = { status, headers, body: isBodiless ? undefined : body };
  if (status !== 200 && status !== 206) return whole;
  if (isNotModified(conditionsOf(request.header), headers)) {
    return { status: 304, headers: withoutHeaders(headers, leftOutOf304(headers)), body: undefined };
  }
  // The next part of what is filled for each request may be one of something else.
  const mayBePart = request.method === 'GET' && filled === undefined;
  const range = mayBePart ? parseRange(request.header('range')) : undefined;
  if (range === undefined || !ifRangeHolds(request.header('if-range'), headers)) return whole;
  if (part === undefined) return ofWhole(range, response);
  if (request.header('range') === response.rangeAsked) return whole;
  const bytes = rangeOfPart(range, part);
  if (bytes === undefined || (bytes.first === part.first && bytes.last === part.last)) return whole;
  return partial(response, bytes, part.total, part.first);
}

/** Whether a stored part has what the request asks for; a whole response always has. */
export function answersRange(request: Chooser, { part, headers, body, rangeAsked }: StoredResponse): boolean {
  if (part === undefined) return true;
  const range = request.method === 'GET' ? parseRange(request.header('range')) : undefined;
  if (range === undefined || !ifRangeHolds(request.header('if-range'), headers)) return false;
  if (request.header('range') === rangeAsked) return true;
  const bytes = rangeOfPart(range, part);
  return bytes !== undefined && bytes.first < part.first + body.byteLength;
}

/** Fields that are about exactly the bytes that were stored (RFC 9530, section 2). */
const OF_OTHER_BYTES = new Set(['content-range', 'content-digest', 'content-md5']);

/** Fields that make no sense without the body that was stored. */
const OF_A_BODY = new Set([...OF_OTHER_BYTES, 'content-type', 'content-encoding', 'content-language']);

function ofWhole(range: RangeRequest, response: StoredResponse): Representation {
  const total = response.body.byteLength;
  const bytes = rangeWithin(range, total);
  if (bytes !== undefined) return partial(response, bytes, total, 0);
  const headers = [...withoutHeaders(response.headers, OF_A_BODY), 'Content-Range', `bytes */${total}`];
  return { status: 416, headers, body: new Uint8Array() };
}

function partial(
  response: StoredResponse,
  bytes: ByteRange,
  total: number | undefined,
  offset: number,
): Representation {
  const body = response.body.subarray(bytes.first - offset, bytes.last - offset + 1);
  const sent = { first: bytes.first, last: bytes.first + body.byteLength - 1 };
  const headers = withoutHeaders(response.headers, OF_OTHER_BYTES);
  return { status: 206, headers: [...headers, 'Content-Range', contentRange(sent, total)], body };
}
