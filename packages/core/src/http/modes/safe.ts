import { parseCacheControl } from '../cache-control.ts';
import { explicitLifetime, initialAge } from '../freshness.ts';
import { headerOf } from '../headers.ts';
import { type HttpRequest, isHost } from '../request.ts';
import { NO_DEMANDS } from '../request-directives.ts';
import { trimElements, varyNames } from '../vary.ts';
import { hasCondition } from './conditions.ts';
import type { Answer, Mode, ModePolicy, ResponseLifetime } from './mode.ts';
import { staleWindows } from './windows.ts';

/**
 * The rules for an application that was not written for a shared cache. Whatever may tell one user from another goes
 * past the cache unless the policy declares it, clients cannot make the handler run, and nothing is stored that is not a
 * plain, complete and good answer.
 */
export const safe: Mode = {
  whyBypass,
  demands: (request) =>
    parseCacheControl(request.header('cache-control')).has('only-if-cached')
      ? { ...NO_DEMANDS, onlyIfCached: true }
      : NO_DEMANDS,
  whyNotStored,
  lifetime,
  normalise: (_name, value) => trimElements(value),
  coveredFields: new Set(['authorization', 'cookie', 'host']),
  selectsByLanguage: false,
  watchesHandler: true,
  storesParts: false,
  completesResponses: true,
};

function whyBypass(request: HttpRequest, policy: ModePolicy): string | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'method';
  if (!isHost(request.host)) return 'host';
  if (request.header('authorization') !== undefined) return 'authorization';
  if (policy.cookies === undefined && request.header('cookie') !== undefined) return 'cookie';
  if (request.certified === true || (request.identified && !policy.ignoresIdentity)) return 'identity';
  if (request.hasBody) return 'body';
  if (hasCondition(request)) return 'precondition';
  if (parseCacheControl(request.header('cache-control')).has('no-store')) return 'no-store';
  return undefined;
}

/** Statuses that say all there is to say and may be reused (RFC 9110, section 15.1), errors and 206 left out. */
const REUSABLE: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308]);

/** Statuses that may be stored if the response gives its lifetime itself. */
const REUSABLE_IF_SAID: ReadonlySet<number> = new Set([302, 303, 307]);

function whyNotStored(answer: Answer): string | undefined {
  const { status, headers, directives } = answer;
  const said = explicitLifetime(headers, directives, answer.receivedAt) !== undefined;
  if (!REUSABLE.has(status) && !(REUSABLE_IF_SAID.has(status) && said)) return 'status';
  if (headerOf(headers, 'set-cookie') !== undefined) return 'set-cookie';
  for (const directive of ['no-store', 'private', 'no-cache', 'must-understand']) {
    if (directives.directives.has(directive)) return directive;
  }
  if (/\bno-cache\b/i.test(headerOf(headers, 'pragma') ?? '')) return 'pragma';
  if (varyNames(headers) === '*') return 'vary';
  if (headerOf(headers, 'content-range') !== undefined) return 'range';
  // Nobody should wait for the end of a stream that has none.
  if (/^text\/event-stream\b/i.test(headerOf(headers, 'content-type') ?? '')) return 'event-stream';
  return undefined;
}

function lifetime(answer: Answer, policy: ModePolicy): ResponseLifetime {
  const { headers, directives, receivedAt } = answer;
  const seconds = explicitLifetime(headers, directives, receivedAt);
  // A handler that takes long is no network that takes long: what it says of lifetimes counts from when it says it.
  const age = initialAge(headers, receivedAt, receivedAt);
  const ttl = seconds === undefined ? (policy.maxAge ?? 0) : seconds * 1000 - age;
  return {
    ttl,
    said: seconds !== undefined,
    initialAge: age,
    alwaysValidated: false,
    ...staleWindows(directives.directives, headers, ttl, policy),
  };
}
