import { parseCacheControl } from './cache-control.ts';
import { type HeaderList, headerOf } from './headers.ts';
import { varyNames } from './vary.ts';

/** What the cache needs to know of a request; nothing else of it is part of a key. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** Whether a body came with it. */
  readonly hasBody: boolean;
  /** Whether the framework knows who is asking (`req.user`). */
  readonly identified: boolean;
  /** The value of a field, lines joined with `, `; the name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** Why a request is neither answered from the cache nor stored; a token for the `detail` of `Cache-Status`. */
export type BypassReason = 'method' | 'host' | 'authorization' | 'cookie' | 'identity' | 'body' | 'range' | 'no-store';

/** Host and port (RFC 9110, section 7.2). Anything else would run into the rest of a key. */
const HOST = /^[\w.~%!$&'()*+,;=:[\]-]*$/;

/**
 * Why this request must go past the cache, if it must. Safe by default: whatever may tell one user from another
 * bypasses unless the policy declares it.
 *
 * @param cookiesDeclared the policy says which cookies are part of the key, so that the others are hidden
 */
export function whyBypass(request: HttpRequest, cookiesDeclared: boolean): BypassReason | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'method';
  if (!HOST.test(request.host)) return 'host';
  if (request.header('authorization') !== undefined) return 'authorization';
  if (!cookiesDeclared && request.header('cookie') !== undefined) return 'cookie';
  if (request.identified) return 'identity';
  if (request.hasBody) return 'body';
  if (request.header('range') !== undefined) return 'range';
  if (parseCacheControl(request.header('cache-control')).has('no-store')) return 'no-store';
  return undefined;
}

/** Statuses that say all there is to say and may be reused (RFC 9110, section 15.1), errors and 206 left out. */
const REUSABLE: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308]);

/** Statuses that may be stored if the response gives its lifetime itself. */
const REUSABLE_IF_SAID: ReadonlySet<number> = new Set([302, 303, 307]);

/**
 * Why a response must not be stored, if it must not (RFC 9111, section 3, and the safe defaults); a token for the
 * `detail` of `Cache-Status`.
 *
 * @param saysLifetime whether the response gives its lifetime itself
 */
export function whyNotStored(status: number, headers: HeaderList, saysLifetime: boolean): string | undefined {
  if (!REUSABLE.has(status) && !(REUSABLE_IF_SAID.has(status) && saysLifetime)) return 'status';
  if (headerOf(headers, 'set-cookie') !== undefined) return 'set-cookie';
  const directives = parseCacheControl(headerOf(headers, 'cache-control'));
  for (const directive of ['no-store', 'private', 'no-cache', 'must-understand']) {
    if (directives.has(directive)) return directive;
  }
  if (/\bno-cache\b/i.test(headerOf(headers, 'pragma') ?? '')) return 'pragma';
  if (varyNames(headers) === '*') return 'vary';
  if (headerOf(headers, 'content-range') !== undefined) return 'range';
  // Nobody should wait for the end of a stream that has none.
  if (/^text\/event-stream\b/i.test(headerOf(headers, 'content-type') ?? '')) return 'event-stream';
  return undefined;
}
