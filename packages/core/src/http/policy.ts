import { type Duration, toMilliseconds } from '../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../errors.ts';

/** What of a route's responses is cached, for how long, and what tells one from another. All fields are optional. */
export interface ResponsePolicy {
  /** How long a response is fresh on the server if it does not say so itself. Default: the ttl of the cache. */
  readonly maxAge?: Duration;
  /** How long after that it is still answered while the handler runs again in the background. Default: that of the cache. */
  readonly staleWhileRevalidate?: Duration;
  /**
   * What is sent as `max-age` if the handler sends no `Cache-Control`: how long browsers and other caches may reuse the
   * response without asking, so that no invalidation reaches them. Default: 0, sent as `no-cache`: they ask each time
   * and are answered with 304.
   */
  readonly clientMaxAge?: Duration;
  /** Request fields that are part of the key, and that the handler may therefore read. They are added to `Vary`. */
  readonly headers?: readonly string[];
  /**
   * Cookies that are part of the key. Left out: requests with cookies bypass the cache. A list: the handler sees these
   * cookies and no others, so that `[]` makes one response for everybody.
   */
  readonly cookies?: readonly string[];
  /** Larger responses are passed on, but not stored. In bytes. Default: 4 MiB (4,194,304). */
  readonly maxBodyBytes?: number;
  /** How long a request waits for the same response to another one before it runs the handler itself. Default: `'5s'`. */
  readonly collapseTimeout?: Duration;
  /** Adds `Server-Timing`, which scripts of the page and the browser's tools can read. Default: false. */
  readonly serverTiming?: boolean;
}

/** A policy with every value filled in and checked; durations in milliseconds. */
export interface ResolvedPolicy {
  readonly maxAge: number;
  readonly staleWhileRevalidate: number;
  readonly clientMaxAge: number;
  readonly headers: readonly string[];
  readonly cookies: readonly string[] | undefined;
  readonly maxBodyBytes: number;
  readonly collapseTimeout: number;
  readonly serverTiming: boolean;
}

const OPTIONS = [
  'maxAge',
  'staleWhileRevalidate',
  'clientMaxAge',
  'headers',
  'cookies',
  'maxBodyBytes',
  'collapseTimeout',
  'serverTiming',
] satisfies (keyof ResponsePolicy)[];

/** Fields that are in every key already, or never reach a handler whose response is stored. */
const NEVER_DECLARED = ['authorization', 'cookie', 'range', 'if-none-match', 'if-modified-since', '*'];

/** @throws CacheError `ERR_CACHE_OPTION` */
export function resolvePolicy(
  policy: ResponsePolicy,
  defaults: { readonly ttl: number; readonly staleWhileRevalidate: number },
): ResolvedPolicy {
  if (typeof policy !== 'object' || policy === null) throw invalidOption('policy', policy, 'an object of options');
  rejectUnknownOptions(policy, OPTIONS);
  const { cookies, maxBodyBytes = 4 * 1024 * 1024, serverTiming = false } = policy;
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 0) {
    throw invalidOption('maxBodyBytes', maxBodyBytes, 'a whole number of bytes >= 0');
  }
  if (typeof serverTiming !== 'boolean') throw invalidOption('serverTiming', serverTiming, 'true or false');
  const milliseconds = (name: 'maxAge' | 'staleWhileRevalidate' | 'clientMaxAge' | 'collapseTimeout', or: number) => {
    const duration = policy[name];
    return duration === undefined ? or : toMilliseconds(duration, name);
  };
  return {
    maxAge: milliseconds('maxAge', defaults.ttl),
    staleWhileRevalidate: milliseconds('staleWhileRevalidate', defaults.staleWhileRevalidate),
    clientMaxAge: milliseconds('clientMaxAge', 0),
    headers: headerNames(policy.headers ?? []),
    cookies: cookies === undefined ? undefined : tokens(cookies, 'cookies'),
    maxBodyBytes,
    collapseTimeout: milliseconds('collapseTimeout', 5_000),
    serverTiming,
  };
}

function headerNames(names: readonly string[]): readonly string[] {
  const lowerCase = tokens(names, 'headers').map((name) => name.toLowerCase());
  const wrong = lowerCase.find((name) => NEVER_DECLARED.includes(name));
  if (wrong === undefined) return lowerCase.sort();
  throw invalidOption('headers', wrong, `names of request fields other than ${NEVER_DECLARED.join(', ')}`);
}

function tokens(names: readonly string[], option: string): readonly string[] {
  const allowed = "an array of names (letters, digits and !#$%&'*+-.^_`|~)";
  if (!(names instanceof Array)) throw invalidOption(option, names, allowed);
  for (const name of names) {
    if (typeof name !== 'string' || !/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) throw invalidOption(option, name, allowed);
  }
  return [...new Set(names)];
}
