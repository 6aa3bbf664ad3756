import { grants, parseCacheControl } from '../cache-control.ts';
import { explicitLifetime, heuristicLifetime, initialAge } from '../freshness.ts';
import { headerOf } from '../headers.ts';
import { parseContentRange } from '../ranges.ts';
import { type HttpRequest, isHost } from '../request.ts';
import { requestDemands } from '../request-directives.ts';
import { qualifiedFields } from '../response-directives.ts';
import { sameUrl, targetOf } from '../urls.ts';
import { trimElements, varyNames } from '../vary.ts';
import { hasCondition } from './conditions.ts';
import type { Answer, Mode, ModePolicy, ResponseLifetime } from './mode.ts';
import { staleWindows } from './windows.ts';

/** The rules of RFC 9111 for a shared cache: all that it allows, for origins that say what they mean. */
export const standard: Mode = {
  whyBypass,
  demands: (request) => requestDemands(request.header('cache-control'), request.header('pragma')),
  whyNotStored,
  lifetime,
  normalise: (name, value) => (LISTS_OF_PREFERENCES.has(name) ? sortedPreferences(value) : trimElements(value)),
  coveredFields: new Set(['host']),
  selectsByLanguage: true,
  watchesHandler: false,
  storesParts: true,
  completesResponses: false,
};

function whyBypass(request: HttpRequest): string | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'POST') return 'method';
  if (!isHost(request.host)) return 'host';
  if (request.certified === true || request.identified) return 'identity';
  if (parseCacheControl(request.header('cache-control')).has('no-store')) return 'no-store';
  if (request.method === 'POST') return undefined;
  if (request.hasBody) return 'body';
  if (hasCondition(request)) return 'precondition';
  return undefined;
}

/** Final statuses that this cache knows the caching rules of (RFC 9111, section 5.2.2.3; RFC 9110, section 15). */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410,
  411, 412, 413, 414, 415, 417, 421, 422, 426, 500, 501, 502, 503, 504, 505,
]);

/** Statuses that may be reused without the response saying for how long (RFC 9110, section 15.1). */
const HEURISTIC: ReadonlySet<number> = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]);

/** RFC 9111, section 3. */
function whyNotStored(answer: Answer, policy: ModePolicy): string | undefined {
  const { request, status, headers, directives } = answer;
  const said = directives.directives;
  if (request.method === 'POST' && !isPostForGet(answer)) return 'method';
  if (status < 200 || status === 304) return 'status';
  if (status === 206 && parseContentRange(headerOf(headers, 'content-range')) === undefined) return 'range';
  if (said.has('must-understand') && !UNDERSTOOD.has(status)) return 'must-understand';
  if (said.has('no-store') && !grants(said, 'must-understand')) return 'no-store';
  if (said.get('private') === true) return 'private';
  if (request.header('authorization') !== undefined && !allowsAuthorized(answer)) return 'authorization';
  if (varyNames(headers) === '*') return 'vary';
  if (headerOf(headers, 'set-cookie') !== undefined && !policy.storeSetCookie) {
    if (!qualifiedFields(said).includes('set-cookie')) return 'set-cookie';
  }
  if (/^text\/event-stream\b/i.test(headerOf(headers, 'content-type') ?? '')) return 'event-stream';
  const explicit = explicitLifetime(headers, directives, answer.receivedAt) !== undefined || said.has('public');
  return explicit || HEURISTIC.has(status) ? undefined : 'status';
}

/** RFC 9111, section 3.5. */
function allowsAuthorized({ directives }: Answer): boolean {
  return ['public', 's-maxage', 'must-revalidate'].some((name) => grants(directives.directives, name));
}

/** A POST whose answer is a representation of its own URL, with a lifetime (RFC 9110, section 9.3.3). */
function isPostForGet(answer: Answer): boolean {
  const { request, status, headers, directives } = answer;
  const location = headerOf(headers, 'content-location');
  return (
    status === 200 &&
    location !== undefined &&
    sameUrl(targetOf(request), location, targetOf(request)) &&
    explicitLifetime(headers, directives, answer.receivedAt) !== undefined
  );
}

function lifetime(answer: Answer, policy: ModePolicy): ResponseLifetime {
  const { headers, status, directives, requestedAt, receivedAt } = answer;
  const said = directives.directives;
  const explicit = explicitLifetime(headers, directives, receivedAt);
  const heuristic = HEURISTIC.has(status) || said.has('public') ? heuristicLifetime(headers, receivedAt) : undefined;
  const age = initialAge(headers, requestedAt, receivedAt);
  const fresh = explicit === undefined ? (policy.maxAge ?? (heuristic ?? 0) * 1000) : explicit * 1000;
  const ttl = fresh - age;
  return {
    ttl,
    said: explicit !== undefined,
    initialAge: age,
    alwaysValidated: said.get('no-cache') === true,
    ...staleWindows(said, headers, ttl, policy),
  };
}

/** Request fields that list what a client prefers, in any order and case. */
const LISTS_OF_PREFERENCES: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
]);

/** Parameters may tell cases apart, and quotes may hold commas: these stay as they are. */
function sortedPreferences(value: string): string {
  const trimmed = trimElements(value);
  if (value.includes('"')) return trimmed;
  const elements = trimmed.split(',').map((element) => {
    const end = element.includes(';') ? element.indexOf(';') : element.length;
    return element.slice(0, end).toLowerCase() + element.slice(end);
  });
  return elements.sort().join(',');
}
