import { parseHttpDate } from './http-date.ts';
import { type HeaderList, headerOf } from './headers.ts';

/** The conditions of a request that a stored response can answer. */
export interface Conditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

/** No conditions. */
export const NO_CONDITIONS: Conditions = { ifNoneMatch: undefined, ifModifiedSince: undefined };

/** The conditions of a request. */
export function conditionsOf(header: (name: string) => string | undefined): Conditions {
  return { ifNoneMatch: header('if-none-match'), ifModifiedSince: header('if-modified-since') };
}

/**
 * Whether a GET or HEAD with these conditions is answered with 304 (RFC 9110, section 13.2.2): `If-None-Match` by weak
 * comparison decides alone where it is present, else `If-Modified-Since` against `Last-Modified`.
 */
export function isNotModified(conditions: Conditions, headers: HeaderList): boolean {
  const { ifNoneMatch, ifModifiedSince } = conditions;
  if (ifNoneMatch !== undefined) {
    const etag = headerOf(headers, 'etag');
    return etag === undefined ? ifNoneMatch.trim() === '*' : matches(ifNoneMatch, etag);
  }
  if (ifModifiedSince === undefined) return false;
  const since = parseHttpDate(ifModifiedSince);
  const modified = parseHttpDate(headerOf(headers, 'last-modified') ?? '');
  return since !== undefined && modified !== undefined && modified <= since;
}

/**
 * Whether the `If-Range` of a request, if any, names exactly this representation (RFC 9110, section 13.1.5): the
 * same strong entity tag, or the same `Last-Modified` if that is at least a minute older than `Date` and therefore strong.
 */
export function ifRangeHolds(ifRange: string | undefined, headers: HeaderList): boolean {
  if (ifRange === undefined) return true;
  const validator = ifRange.trim();
  if (validator.startsWith('"')) return validator === headerOf(headers, 'etag');
  const modified = headerOf(headers, 'last-modified');
  if (modified === undefined || validator !== modified) return false;
  const [changed, date] = [parseHttpDate(modified), parseHttpDate(headerOf(headers, 'date') ?? '')];
  return changed !== undefined && date !== undefined && date - changed >= 60_000;
}

/** A validator that changes with every byte (RFC 9110, section 8.8.1), if the response has one. */
export function strongEntityTag(headers: HeaderList): string | undefined {
  const etag = headerOf(headers, 'etag');
  return etag?.startsWith('"') === true ? etag : undefined;
}

/** Whether two entity tags agree by weak comparison (RFC 9110, section 8.8.3.2). */
export function weaklyEqual(a: string, b: string): boolean {
  return opaque(a) === opaque(b);
}

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*' || ifNoneMatch === etag) return true;
  return (ifNoneMatch.match(ENTITY_TAG) ?? []).some((candidate) => weaklyEqual(candidate, etag));
}

function opaque(etag: string): string {
  return etag.replace(/^W\//, '');
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
