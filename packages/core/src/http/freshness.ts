import { parseSeconds, secondsOf } from './cache-control.ts';
import { type HeaderList, headerLines, headerOf } from './headers.ts';
import { parseHttpDate } from './http-date.ts';
import type { ResponseDirectives } from './response-directives.ts';

/**
 * How long a shared cache may reuse a response, in seconds from when it was made at the origin, if the response says
 * so itself: `s-maxage`, else `max-age`, else `Expires` minus `Date` (RFC 9111, section 4.2.1). `undefined` if it says
 * nothing; 0 if what it says cannot be read. Where a targeted field rules, nothing else counts.
 *
 * @param receivedAt when the response came, in milliseconds since 1970; stands for a missing `Date`
 */
export function explicitLifetime(
  headers: HeaderList,
  { directives, targeted }: ResponseDirectives,
  receivedAt: number,
): number | undefined {
  const seconds = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  if (seconds !== undefined || targeted) return seconds;
  const expires = headerLines(headers, 'expires');
  if (expires.length === 0) return undefined;
  const [first = ''] = expires;
  const until = expires.every((line) => line === first) ? parseHttpDate(first) : undefined;
  if (until === undefined) return 0;
  return Math.max(0, Math.floor((until - dateOf(headers, receivedAt)) / 1000));
}

/** A tenth of the time since the last change (RFC 9111, section 4.2.2), in seconds, at most a day. */
export function heuristicLifetime(headers: HeaderList, receivedAt: number): number | undefined {
  const modified = parseHttpDate(headerOf(headers, 'last-modified') ?? '');
  if (modified === undefined) return undefined;
  const unchanged = Math.floor((dateOf(headers, receivedAt) - modified) / 1000);
  return unchanged <= 0 ? undefined : Math.min(Math.floor(unchanged / 10), 86_400);
}

/**
 * The age a response has when it arrives, in milliseconds: the larger of what `Date` tells and of `Age` plus the time
 * the response took (RFC 9111, section 4.2.3). Of several lines of `Age` the first counts; what is no number is 0.
 */
export function initialAge(headers: HeaderList, requestedAt: number, receivedAt: number): number {
  const apparent = receivedAt - dateOf(headers, receivedAt);
  // `Date` has whole seconds.
  const since = apparent < 1000 ? 0 : apparent;
  return Math.max(since, ageField(headers) * 1000 + Math.max(0, receivedAt - requestedAt));
}

function ageField(headers: HeaderList): number {
  const [first = ''] = headerLines(headers, 'age');
  return parseSeconds((first.split(',')[0] ?? '').trim()) ?? 0;
}

function dateOf(headers: HeaderList, receivedAt: number): number {
  return parseHttpDate(headerOf(headers, 'date') ?? '') ?? receivedAt;
}
