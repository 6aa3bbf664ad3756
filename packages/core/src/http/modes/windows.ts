import { type CacheControl, secondsOf } from '../cache-control.ts';
import type { HeaderList } from '../headers.ts';
import { headerOf } from '../headers.ts';
import type { ModePolicy, ResponseLifetime } from './mode.ts';
import { forbidsStale } from './stale.ts';

/**
 * How long a response may be used after it became stale. What the response says comes before what the policy says; where
 * the response forbids stale answers neither counts, and where it came stale already only the response counts.
 *
 * @param ttl how long it is fresh, in milliseconds
 */
export function staleWindows(
  directives: CacheControl,
  headers: HeaderList,
  ttl: number,
  policy: ModePolicy,
): Pick<ResponseLifetime, 'staleWhileRevalidate' | 'stale' | 'keep'> {
  const forbidden = forbidsStale(directives);
  const window = (directive: string, otherwise: number): number => {
    const said = secondsOf(directives, directive);
    if (forbidden) return 0;
    return said === undefined ? (ttl > 0 ? otherwise : 0) : said * 1000;
  };
  const ifError = window('stale-if-error', policy.staleIfError);
  const hasValidator = headerOf(headers, 'etag') !== undefined || headerOf(headers, 'last-modified') !== undefined;
  const ifLost = forbidden || !(ttl > 0 || hasValidator) ? 0 : policy.staleIfUnreachable;
  return {
    staleWhileRevalidate: window('stale-while-revalidate', policy.staleWhileRevalidate),
    stale: { ifError, ifLost: Math.max(ifError, ifLost), ifAsked: forbidden ? 0 : Infinity },
    keep: hasValidator ? policy.keepStale : 0,
  };
}
