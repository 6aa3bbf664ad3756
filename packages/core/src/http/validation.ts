import { NO_CONDITIONS, type Conditions, weaklyEqual } from './conditional.ts';
import { type HeaderList, headerOf, hopByHopNames, withoutHeaders } from './headers.ts';

/**
 * The conditions with which a handler is asked whether a stored response is still right (RFC 9111, section 4.3.1):
 * its entity tag as it stands, else its date of change. None if it has no validator, or if this cache made it itself.
 */
export function validatorsOf(response: { readonly headers: HeaderList; readonly madeEntityTag: boolean }): Conditions {
  const etag = response.madeEntityTag ? undefined : headerOf(response.headers, 'etag');
  const modified = headerOf(response.headers, 'last-modified');
  return etag === undefined && modified === undefined
    ? NO_CONDITIONS
    : { ifNoneMatch: etag, ifModifiedSince: modified };
}

/** Fields that belong to the stored body, which a 304 does not replace (RFC 9111, section 3.2). */
const OF_THE_BODY = ['content-encoding', 'content-length', 'content-range', 'content-type', 'transfer-encoding'];

/** The fields of a stored response after a 304: each field that the 304 has replaces the stored one. */
export function mergedFields(stored: HeaderList, notModified: HeaderList): string[] {
  const kept = new Set([...hopByHopNames(notModified), ...OF_THE_BODY]);
  const news = withoutHeaders(notModified, kept);
  const replaced = new Set(news.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  return [...withoutHeaders(stored, replaced), ...news];
}

/**
 * Whether a 304 is about this stored response: it names no other entity tag (RFC 9111, section 4.3.4). One that does
 * says nothing about what is stored.
 */
export function isAbout(stored: HeaderList, notModified: HeaderList): boolean {
  const [ours, theirs] = [headerOf(stored, 'etag'), headerOf(notModified, 'etag')];
  return ours === undefined || theirs === undefined || weaklyEqual(ours, theirs);
}

/**
 * Whether a 200 to HEAD describes the stored response (RFC 9111, section 4.3.5): what it says of validators and length
 * is what is stored. If not, the stored response is out of date.
 */
export function headDescribes(stored: HeaderList, head: HeaderList, bodyLength: number): boolean {
  const same = ['etag', 'last-modified'].every((name) => {
    const now = headerOf(head, name);
    return now === undefined || now === headerOf(stored, name);
  });
  const length = headerOf(head, 'content-length');
  return same && (length === undefined || Number(length) === bodyLength);
}
