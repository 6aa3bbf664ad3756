import type { Lifetime } from '../entry.ts';
import { parseCacheControl, parseSeconds, secondsOf } from './cache-control.ts';
import { type HeaderList, headerLines, headerOf } from './headers.ts';

/**
 * How long a shared cache may reuse a response, in seconds from when it was made at the origin, if the response says
 * so itself: `s-maxage`, else `max-age`, else `Expires` minus `Date` (RFC 9111, section 4.2.1). `undefined` if it says
 * nothing; 0 if what it says cannot be read.
 *
 * @param receivedAt when the response came, in milliseconds since 1970; stands for a missing `Date`
 */
export function explicitLifetime(headers: HeaderList, receivedAt: number): number | undefined {
  const directives = parseCacheControl(headerOf(headers, 'cache-control'));
  const seconds = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  if (seconds !== undefined) return seconds;
  const expires = headerLines(headers, 'expires');
  if (expires.length === 0) return undefined;
  const [first = ''] = expires;
  const until = expires.every((line) => line === first) ? parseHttpDate(first) : undefined;
  if (until === undefined) return 0;
  const date = parseHttpDate(headerOf(headers, 'date') ?? '') ?? receivedAt;
  return Math.max(0, Math.floor((until - date) / 1000));
}

/** How long a response lives in this cache, in milliseconds from when it came. */
export interface ResponseLifetime extends Lifetime {
  /** Whether the response gave its freshness itself. */
  readonly said: boolean;
}

/**
 * What the response says about its lifetime, completed by the policy. `must-revalidate`, `proxy-revalidate` and
 * `s-maxage` forbid stale answers (RFC 9111, sections 5.2.2.2, 5.2.2.8 and 5.2.2.10).
 */
export function responseLifetime(
  headers: HeaderList,
  policy: { readonly maxAge: number; readonly staleWhileRevalidate: number },
  receivedAt: number,
): ResponseLifetime {
  const seconds = explicitLifetime(headers, receivedAt);
  const directives = parseCacheControl(headerOf(headers, 'cache-control'));
  const window = secondsOf(directives, 'stale-while-revalidate');
  const strict = ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) => directives.has(name));
  return {
    ttl: seconds === undefined ? policy.maxAge : Math.max(0, seconds - initialAge(headers)) * 1000,
    staleWhileRevalidate: strict ? 0 : window === undefined ? policy.staleWhileRevalidate : window * 1000,
    staleIfError: 0,
    said: seconds !== undefined,
  };
}

/** The age a response came with, in seconds (RFC 9111, section 5.1); 0 if none or not a number. */
export function initialAge(headers: HeaderList): number {
  const [first = ''] = headerLines(headers, 'age');
  return parseSeconds(first.trim()) ?? 0;
}

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const IMF_FIXDATE = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d{2} (?:${MONTHS}) \\d{4} \\d{2}:\\d{2}:\\d{2} GMT$`,
);

/** An HTTP date in its preferred form (RFC 9110, section 5.6.7), in milliseconds since 1970. */
export function parseHttpDate(text: string): number | undefined {
  if (!IMF_FIXDATE.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}
