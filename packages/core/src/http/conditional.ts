import { parseHttpDate } from './freshness.ts';
import { type HeaderList, headerOf } from './headers.ts';

/** The conditions of a request that a stored response can answer. */
export interface Conditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

/**
 * Whether a GET or HEAD with these conditions is answered with 304 (RFC 9110, section 13.2.2): `If-None-Match` by weak
 * comparison decides alone where it is present, else `If-Modified-Since` against `Last-Modified`.
 */
export function isNotModified(conditions: Conditions, headers: HeaderList): boolean {
  const { ifNoneMatch, ifModifiedSince } = conditions;
  if (ifNoneMatch !== undefined) {
    const etag = headerOf(headers, 'etag');
    return etag !== undefined && matches(ifNoneMatch, etag);
  }
  if (ifModifiedSince === undefined) return false;
  const since = parseHttpDate(ifModifiedSince);
  const modified = parseHttpDate(headerOf(headers, 'last-modified') ?? '');
  return since !== undefined && modified !== undefined && modified <= since;
}

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return (ifNoneMatch.match(ENTITY_TAG) ?? []).some((candidate) => candidate.replace(/^W\//, '') === opaque);
}

const NOT_MODIFIED_FIELDS = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'content-range',
  'last-modified',
]);

/** Fields that a 304 leaves out, because they describe a body it does not have (RFC 9110, section 15.4.5). */
export function leftOutOf304(headers: HeaderList): ReadonlySet<string> {
  if (headerOf(headers, 'etag') !== undefined) return NOT_MODIFIED_FIELDS;
  return new Set([...NOT_MODIFIED_FIELDS].filter((name) => name !== 'last-modified'));
}
