import { additionsTo } from './downstream.ts';
import { headerLines, type HeaderList, headerOf, hopByHopNames, withoutHeaders } from './headers.ts';
import type { ResolvedPolicy } from './policy.ts';
import { parseContentRange } from './ranges.ts';
import type { StoredResponse } from './records.ts';
import { qualifiedFields } from './response-directives.ts';
import type { ResponseHead } from './response-head.ts';
import { mergedFields } from './validation.ts';

/** Fields that are made anew for each answer. */
export const MADE_ANEW: readonly string[] = ['age', 'cache-status', 'content-length', 'server-timing'];

/** `Age` stays until it is known how old the confirmation is. */
const NOT_OF_A_CONFIRMATION = new Set(MADE_ANEW.filter((name) => name !== 'age'));

/** What a response is stored as besides its head and body. */
export interface StoringContext {
  readonly policy: ResolvedPolicy;
  /** Why it is not stored after all, but goes out as if it were. */
  readonly refused?: string | undefined;
  /** Request fields of the secondary key. */
  readonly vary: readonly string[];
  /** A strong validator for a body; `undefined` if the platform cannot make one. */
  readonly entityTag: (body: Uint8Array) => string | undefined;
  /** In milliseconds. */
  readonly fillDuration: number;
}

/** The response as it is stored; `undefined` if its head and its body contradict each other. */
export function storedResponse(
  head: ResponseHead,
  body: Uint8Array,
  context: StoringContext,
): StoredResponse | undefined {
  const part = head.status === 206 ? parseContentRange(headerOf(head.own.set, 'content-range')) : undefined;
  const contradicts = part !== undefined && body.byteLength > part.last - part.first + 1;
  return contradicts ? undefined : responseOf(head, body, part, context);
}

/** A response as it is stored, or as it would be. */
export function responseOf(
  head: ResponseHead,
  body: Uint8Array,
  part: StoredResponse['part'],
  context: StoringContext,
): StoredResponse {
  const fields = storedFields(head, head.own.set, context);
  const { policy, entityTag, fillDuration } = context;
  const lacksEntityTag =
    policy.mode.completesResponses && head.status === 200 && headerOf(fields.headers, 'etag') === undefined;
  const madeTag = lacksEntityTag ? entityTag(body) : undefined;
  const headers = madeTag === undefined ? fields.headers : [...fields.headers, 'ETag', madeTag];
  return {
    kind: 'response',
    status: head.status,
    ...fields,
    headers,
    removed: head.own.removed,
    body,
    part,
    rangeAsked: part === undefined ? undefined : head.request.header('range'),
    madeEntityTag: madeTag !== undefined,
    ...lifetimeOf(head),
    fillDuration,
  };
}

/** The fields that a stored response has after a 304, before it is known whether it may be stored so. */
export function confirmedFields(stored: StoredResponse, notModified: HeaderList, receivedAt: number): HeaderList {
  const dated = headerOf(notModified, 'date') !== undefined;
  const date = dated ? [] : ['Date', new Date(receivedAt).toUTCString()];
  return mergedFields(saidFields(stored), [...withoutHeaders(notModified, NOT_OF_A_CONFIRMATION), ...date]);
}

/** A stored response that was confirmed; `head` has the fields from both. */
export function confirmedResponse(stored: StoredResponse, head: ResponseHead, context: StoringContext): StoredResponse {
  const { completed: _before, ...kept } = stored;
  return { ...kept, ...storedFields(head, head.own.set, context), ...lifetimeOf(head) };
}

/** The stored fields as the handler said them. */
function saidFields({ headers, completed }: StoredResponse): HeaderList {
  return completed === undefined
    ? headers
    : [...withoutHeaders(headers, new Set(completed.names)), ...completed.before];
}

function lifetimeOf({ lifetime }: ResponseHead): Pick<StoredResponse, 'initialAge' | 'alwaysValidated' | 'stale'> {
  const { initialAge, alwaysValidated, stale } = lifetime;
  return { initialAge, alwaysValidated, stale };
}

/** What something above the cache says of caching, where the handler says nothing. */
export function cacheControlAbove({ headers, own }: Pick<ResponseHead, 'headers' | 'own'>): string[] {
  if (headerOf(own.set, 'cache-control') !== undefined) return [];
  return headerLines(headers, 'cache-control').flatMap((line) => ['Cache-Control', line]);
}

function storedFields(
  head: ResponseHead,
  own: HeaderList,
  { policy, refused, vary }: StoringContext,
): Pick<StoredResponse, 'headers' | 'completed'> {
  const forOthers = refused === undefined ? qualifiedFields(head.directives.directives) : [];
  const leftOut = [...hopByHopNames(head.headers), ...MADE_ANEW, ...forOthers];
  const added = additionsTo(head.headers, { refused, vary }, policy);
  const headers = withoutHeaders(own, new Set(added.vary === undefined ? leftOut : [...leftOut, 'vary']));
  if (refused !== undefined) headers.push(...cacheControlAbove(head));
  if (added.cacheControl !== undefined) headers.push('Cache-Control', added.cacheControl);
  if (added.vary !== undefined) headers.push('Vary', added.vary);
  if (headerOf(headers, 'date') === undefined) headers.push('Date', new Date(head.receivedAt).toUTCString());
  const names = ['cache-control', 'vary'].filter((_, index) => [added.cacheControl, added.vary][index] !== undefined);
  if (names.length === 0) return { headers };
  const before = names.flatMap((name) => headerLines(head.headers, name).flatMap((line) => [name, line]));
  return { headers, completed: { names, before } };
}
