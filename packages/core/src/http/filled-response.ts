import { parseCacheControl } from './cache-control.ts';
import { concat } from './concat.ts';
import { type HeaderList, headerOf, withoutHeaders } from './headers.ts';
import type { StoredResponse } from './records.ts';

/**
 * Fields that are not true of a filled page, or tell a shared cache that it may keep one: each CDN has a field of its own that it
 * obeys before `Cache-Control`. Those that something above the cache has set go, too.
 */
const NOT_OF_A_FILLED_PAGE: readonly string[] = [
  'accept-ranges',
  'akamai-cache-control',
  'cache-control',
  'cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'content-digest',
  'content-length',
  'content-md5',
  'digest',
  'edge-control',
  'etag',
  'expires',
  'fastly-cache-control',
  'last-modified',
  'netlify-cdn-cache-control',
  'repr-digest',
  'surrogate-control',
  'vercel-cdn-cache-control',
  'x-accel-expires',
];

const encoder = new TextEncoder();

/** What of the page is filled. */
export interface Filling {
  /** What stands in each hole, by name. */
  readonly fills: ReadonlyMap<string, string>;
  /** Fields that the policy obeys, and which other caches may obey too; in lower case. */
  readonly targetedFields: readonly string[];
  /** A strong validator for a body; `undefined` if the platform cannot make one. */
  readonly entityTag: (body: Uint8Array) => string | undefined;
}

/** A page as one client gets it. It is never stored, here or by any other shared cache, and validates nobody else's. */
export function filledResponse(page: StoredResponse, { fills, targetedFields, entityTag }: Filling): StoredResponse {
  const { holes: _filled, ...response } = page;
  const body = filledBody(page, fills);
  const { headers, removed } = headOf(page, targetedFields);
  const tag = page.status === 200 && page.filled !== 'head' ? entityTag(body) : undefined;
  return {
    ...response,
    headers: tag === undefined ? headers : [...headers, 'ETag', tag],
    removed,
    body,
    filled: page.filled ?? 'whole',
  };
}

interface Head extends Pick<StoredResponse, 'headers' | 'removed'> {
  readonly targetedFields: readonly string[];
}

const heads = new WeakMap<StoredResponse, Head>();

/** The fields of a page as everybody gets them by this policy, made once for each page. */
function headOf(page: StoredResponse, targetedFields: readonly string[]): Head {
  const known = heads.get(page);
  if (known?.targetedFields === targetedFields) return known;
  const names = [...NOT_OF_A_FILLED_PAGE, ...targetedFields, ...targetedAmong(page.headers)];
  const headers = withoutHeaders(page.headers, new Set(names));
  headers.push('Cache-Control', ofOneClient(page.headers));
  const head = { targetedFields, headers, removed: [...new Set([...page.removed, ...names])] };
  heads.set(page, head);
  return head;
}

/** Fields of the form that RFC 9213, section 2, gives those for one kind of cache. */
function targetedAmong(headers: HeaderList): string[] {
  return headers
    .filter((_, index) => index % 2 === 0)
    .filter((name) => /-cache-control$/i.test(name))
    .map((name) => name.toLowerCase());
}

/** Never more than that a browser may keep it and has to ask each time; less if the handler says so. */
function ofOneClient(headers: HeaderList): string {
  const said = parseCacheControl(headerOf(headers, 'cache-control'));
  const further = ['no-store', 'no-transform'].filter((directive) => said.has(directive));
  return ['private', 'no-cache', ...further].join(', ');
}

function filledBody({ body, holes = [] }: StoredResponse, fills: ReadonlyMap<string, string>): Uint8Array {
  const texts = new Map([...fills].map(([name, text]) => [name, encoder.encode(text)]));
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { at, name } of holes) {
    pieces.push(body.subarray(from, at), texts.get(name) ?? new Uint8Array());
    from = at;
  }
  pieces.push(body.subarray(from));
  return concat(pieces);
}
