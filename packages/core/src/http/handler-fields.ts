import { strongEntityTag } from './conditional.ts';
import type { ResolvedPolicy } from './policy.ts';
import { missingRange } from './ranges.ts';
import type { StoredResponse } from './records.ts';
import type { HttpRequest } from './request.ts';
import { validatorsOf } from './validation.ts';

/**
 * How the request that a handler sees differs from what the client sent, in lower case: conditions and ranges are those
 * with which this cache asks whether what it has is still right, or for what it is missing (RFC 9111, section 4.3.1).
 *
 * @param stored what is stored already, stale or not complete
 */
export function fieldsForHandler(
  request: HttpRequest,
  stored: StoredResponse | undefined,
  policy: ResolvedPolicy,
): ReadonlyMap<string, string | undefined> {
  if (request.method !== 'GET') return new Map();
  const fields = new Map<string, string | undefined>([
    ['if-none-match', undefined],
    ['if-modified-since', undefined],
  ]);
  // This cache makes the codings itself, of what the handler answers uncoded, and finds no hole in what is coded.
  if (policy.encodings.length > 0 || policy.holes !== undefined) fields.set('accept-encoding', undefined);
  if (stored?.part !== undefined) {
    const fits = (stored.part.total ?? Infinity) <= policy.maxBodyBytes;
    const missing = fits && request.header('range') === undefined ? missingRange(stored.part) : undefined;
    if (missing !== undefined) fields.set('range', missing).set('if-range', strongEntityTag(stored.headers));
    return fields;
  }
  const { ifNoneMatch, ifModifiedSince } = stored === undefined ? NO_VALIDATORS : validatorsOf(stored);
  fields.set('if-none-match', ifNoneMatch).set('if-modified-since', ifModifiedSince);
  const validates = ifNoneMatch !== undefined || ifModifiedSince !== undefined;
  if (validates || !policy.mode.storesParts) fields.set('range', undefined).set('if-range', undefined);
  return fields;
}

const NO_VALIDATORS = { ifNoneMatch: undefined, ifModifiedSince: undefined };
