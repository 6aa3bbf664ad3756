import { parseCacheControl, secondsOf } from './cache-control.ts';
import { headerNames } from './headers.ts';

/** What a request demands of a stored response (RFC 9111, section 5.2.1). All in seconds. */
export interface RequestDemands {
  /** The response must be validated before it is used. */
  readonly validated: boolean;
  readonly maxAge: number;
  readonly minFresh: number;
  /** How stale it may be; `undefined`: not at all, beyond what the response itself allows. */
  readonly maxStale: number | undefined;
  /** The answer must come from the cache or be 504. */
  readonly onlyIfCached: boolean;
}

/** Demands nothing. */
export const NO_DEMANDS: RequestDemands = {
  validated: false,
  maxAge: Infinity,
  minFresh: 0,
  maxStale: undefined,
  onlyIfCached: false,
};

/** The demands in the `Cache-Control` of a request, and in `Pragma` where there is none (RFC 9111, section 5.4). */
export function requestDemands(cacheControl: string | undefined, pragma: string | undefined): RequestDemands {
  if (cacheControl === undefined) {
    return headerNames(pragma).includes('no-cache') ? { ...NO_DEMANDS, validated: true } : NO_DEMANDS;
  }
  const directives = parseCacheControl(cacheControl);
  const maxStale = directives.get('max-stale');
  return {
    validated: directives.has('no-cache'),
    maxAge: secondsOf(directives, 'max-age') ?? Infinity,
    minFresh: secondsOf(directives, 'min-fresh') ?? 0,
    maxStale: maxStale === true ? Infinity : secondsOf(directives, 'max-stale'),
    onlyIfCached: directives.has('only-if-cached'),
  };
}
