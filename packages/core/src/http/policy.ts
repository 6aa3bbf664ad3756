import { type Duration, toMilliseconds } from '../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { Encoding } from './encoding.ts';
import { type Holes, type ResolvedHoles, resolveHoles } from './holes.ts';
import type { Mode, ModePolicy } from './modes/mode.ts';
import { safe } from './modes/safe.ts';
import { standard } from './modes/standard.ts';
import { conditionOf, type PolicyCondition, type RequestCondition } from './policy-condition.ts';
import { type QueryPolicy, type QueryFilter, queryFilter } from './query.ts';

/** What of a route's responses is cached, for how long, and what tells one from another. All fields are optional. */
export interface ResponsePolicy<Context = unknown> {
  /**
   * The rules that requests and responses are judged by. `'safe'`: for an application that was not written for a shared
   * cache; whatever may tell one user from another is not shared unless it is declared. `'standard'`: all that RFC
   * 9111 allows a shared cache, for origins that say what they mean; what a gateway uses. Default: `'safe'`.
   */
  readonly mode?: 'safe' | 'standard';
  /** Requests for which it does not return `true` go past the cache. It must be quick: it runs for each request. Default: all are for the cache. */
  readonly when?: RequestCondition;
  /** Requests for which it does not return `false` go past the cache. Default: none do. */
  readonly unless?: RequestCondition;
  /**
   * How long a response is fresh on the server if it does not say so itself. Default: the ttl of the cache; in standard
   * mode none, so that such a response is fresh for a tenth of its age since `Last-Modified`, or not at all.
   */
  readonly maxAge?: Duration;
  /** How long after that it is still answered while the handler runs again in the background. Default: that of the cache; in standard mode 0. */
  readonly staleWhileRevalidate?: Duration;
  /** How long after that it is answered instead of a server error. Default: that of the cache; in standard mode 0. */
  readonly staleIfError?: Duration;
  /**
   * How long after that it is answered when the handler fails or says that it cannot reach its origin (502, 504).
   * Default: as `staleIfError`; in standard mode one day.
   */
  readonly staleIfUnreachable?: Duration;
  /**
   * How long a stale response is kept so that the handler can be asked whether it is still right (a conditional request,
   * answered with 304). Default: 0; in standard mode one day.
   */
  readonly keepStale?: Duration;
  /**
   * What is sent as `max-age` if the handler sends no `Cache-Control`: how long browsers and other caches may reuse the
   * response without asking, so that no invalidation reaches them. Default: 0, sent as `no-cache`: they ask each time
   * and are answered with 304. Not in standard mode, which leaves responses as they are.
   */
  readonly clientMaxAge?: Duration;
  /**
   * How it is known what of a request a response depends on. `'watched'`: the fields that the handler reads are noted, and one that
   * the key does not cover prevents storing. `'declared'`: the handler says it in `Vary`, as one does that passes requests on to
   * another server. Default: `'watched'`; in standard mode always `'declared'`.
   */
  readonly inputs?: 'watched' | 'declared';
  /** Request fields that are part of the key, and that the handler may therefore read. They are added to `Vary`. */
  readonly headers?: readonly string[];
  /**
   * Cookies that are part of the key. Left out: requests with cookies bypass the cache. A list: the handler sees these
   * cookies and no others, so that `[]` makes one response for everybody. In standard mode cookies are not looked at
   * unless they are listed.
   */
  readonly cookies?: readonly string[];
  /**
   * Which query parameters are part of the key; the handler sees no others. `'all'`, `{ allow: [...] }` or
   * `{ ignore: [...] }`. Default: `'all'`.
   */
  readonly query?: QueryPolicy;
  /** Responses that one URL may have for different request fields; the least recently stored ones go. Default: 32. */
  readonly maxVariants?: number;
  /** Stores responses with `Set-Cookie` and gives them to everybody. Standard mode only. Default: false. */
  readonly storeSetCookie?: boolean;
  /**
   * Targeted fields that this cache obeys instead of `Cache-Control` (RFC 9213), the most specific first. Default: none,
   * because an application's own cache is no CDN; in standard mode `['CDN-Cache-Control']`.
   */
  readonly targetedFields?: readonly string[];
  /**
   * Content codings that the cache makes of text-like responses of 1 KiB and more, each once, for clients that accept
   * them; the handler then sees no `Accept-Encoding`. The best first, such as `['br', 'gzip']`. Default: none, so that
   * bodies stay as the handler or a compressor makes them.
   */
  readonly encodings?: readonly Encoding[];
  /**
   * What fills the holes that handlers leave by `hole(name)`, for each request anew: the page is stored without, and what goes out is for
   * one client (`private, no-cache`). Cookies and a known user do not go past the cache then; the handler sees neither, apart from
   * `cookies`. Each function returns HTML that is safe to print. Safe mode only. Default: none.
   *
   * @example
   * cacheResponse(cache, { maxAge: '5m', holes: { greeting: ({ header }) => greet(header('cookie')) } })
   */
  readonly holes?: Holes<Context>;
  /** How long filling the holes of a page may take. Default: `'2s'`. */
  readonly holeTimeout?: Duration;
  /** Larger responses are passed on, but not stored. In bytes. Default: 4 MiB (4,194,304). */
  readonly maxBodyBytes?: number;
  /** How long a request waits for the same response to another one before it runs the handler itself. Default: `'5s'`. */
  readonly collapseTimeout?: Duration;
  /**
   * Lets hits be answered before the framework runs, where `attachCache` or `cachedListener` is used: nothing above the
   * cache sees those requests. Default: false.
   */
  readonly fastPath?: boolean;
  /** Adds `Server-Timing`, which scripts of the page and the browser's tools can read. Default: false. */
  readonly serverTiming?: boolean;
}

/** A policy with every value filled in and checked; durations in milliseconds. */
export interface ResolvedPolicy extends ModePolicy {
  readonly mode: Mode;
  /** Whether a request is for the cache; `undefined`: each is. */
  readonly includes: PolicyCondition | undefined;
  readonly clientMaxAge: number;
  readonly watchesInputs: boolean;
  readonly headers: readonly string[];
  /** `undefined`: the query is left as it is. */
  readonly query: QueryFilter | undefined;
  readonly maxVariants: number;
  readonly targetedFields: readonly string[];
  readonly encodings: readonly Encoding[];
  /** `undefined`: responses have none. */
  readonly holes: ResolvedHoles | undefined;
  readonly holeTimeout: number;
  readonly maxBodyBytes: number;
  readonly collapseTimeout: number;
  readonly fastPath: boolean;
  readonly serverTiming: boolean;
}

const OPTIONS = [
  'mode',
  'when',
  'unless',
  'maxAge',
  'staleWhileRevalidate',
  'staleIfError',
  'staleIfUnreachable',
  'keepStale',
  'clientMaxAge',
  'inputs',
  'headers',
  'cookies',
  'query',
  'maxVariants',
  'storeSetCookie',
  'targetedFields',
  'encodings',
  'holes',
  'holeTimeout',
  'maxBodyBytes',
  'collapseTimeout',
  'fastPath',
  'serverTiming',
] satisfies (keyof ResponsePolicy)[];

/** Lifetimes that a cache gives to what does not say otherwise, in milliseconds. */
export interface PolicyDefaults {
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** Fields that are in every key already, or never reach a handler whose response is stored. */
const NEVER_DECLARED = ['authorization', 'cookie', 'range', 'if-none-match', 'if-modified-since', '*'];

/** @throws CacheError `ERR_CACHE_OPTION` */
export function resolvePolicy(policy: ResponsePolicy<never>, defaults: PolicyDefaults): ResolvedPolicy {
  if (typeof policy !== 'object' || policy === null) throw invalidOption('policy', policy, 'an object of options');
  rejectUnknownOptions(policy, OPTIONS);
  const { mode = 'safe' } = policy;
  if (mode !== 'safe' && mode !== 'standard') throw invalidOption('mode', mode, "'safe' or 'standard'");
  const isSafe = mode === 'safe';
  const inputs = policy.inputs ?? (isSafe ? 'watched' : 'declared');
  if (inputs !== 'declared' && !(isSafe && inputs === 'watched')) {
    throw invalidOption('inputs', inputs, isSafe ? "'watched' or 'declared'" : "'declared' with mode: 'standard'");
  }
  const storeSetCookie = flag(policy, 'storeSetCookie');
  if (storeSetCookie && isSafe) throw invalidOption('storeSetCookie', true, "false, or true with mode: 'standard'");
  const holes = resolveHoles(policy.holes);
  if (holes !== undefined && !isSafe) throw invalidOption('holes', policy.holes, "no holes with mode: 'standard'");
  // What is for one user only stands in the holes.
  const cookies = policy.cookies ?? (holes === undefined ? undefined : []);
  const staleIfError = milliseconds(policy, 'staleIfError', isSafe ? defaults.staleIfError : 0);
  return {
    mode: isSafe ? safe : standard,
    includes: conditionOf(policy.when, policy.unless),
    maxAge: milliseconds(policy, 'maxAge', isSafe ? defaults.ttl : undefined),
    staleWhileRevalidate: milliseconds(policy, 'staleWhileRevalidate', isSafe ? defaults.staleWhileRevalidate : 0),
    staleIfError,
    staleIfUnreachable: milliseconds(policy, 'staleIfUnreachable', isSafe ? staleIfError : DAY),
    keepStale: milliseconds(policy, 'keepStale', isSafe ? 0 : DAY),
    clientMaxAge: milliseconds(policy, 'clientMaxAge', 0),
    watchesInputs: isSafe && inputs === 'watched',
    headers: headerNames(policy.headers ?? []),
    cookies: cookies === undefined ? undefined : tokens(cookies, 'cookies'),
    query: queryFilter(policy.query ?? 'all'),
    maxVariants: count(policy, 'maxVariants', 32, 1),
    storeSetCookie,
    targetedFields: tokens(policy.targetedFields ?? (isSafe ? [] : ['CDN-Cache-Control']), 'targetedFields').map(
      (name) => name.toLowerCase(),
    ),
    encodings: codings(policy.encodings ?? []),
    holes,
    ignoresIdentity: holes !== undefined,
    holeTimeout: milliseconds(policy, 'holeTimeout', 2_000),
    maxBodyBytes: count(policy, 'maxBodyBytes', 4 * 1024 * 1024, 0),
    collapseTimeout: milliseconds(policy, 'collapseTimeout', 5_000),
    fastPath: flag(policy, 'fastPath'),
    serverTiming: flag(policy, 'serverTiming'),
  };
}

type DurationOption =
  | 'maxAge'
  | 'staleWhileRevalidate'
  | 'staleIfError'
  | 'staleIfUnreachable'
  | 'keepStale'
  | 'clientMaxAge'
  | 'holeTimeout'
  | 'collapseTimeout';

function milliseconds<T extends number | undefined>(
  policy: ResponsePolicy<never>,
  option: DurationOption,
  otherwise: T,
): number | T {
  const duration = policy[option];
  return duration === undefined ? otherwise : toMilliseconds(duration, option);
}

function count(
  policy: ResponsePolicy<never>,
  option: 'maxBodyBytes' | 'maxVariants',
  otherwise: number,
  least: number,
): number {
  const value = policy[option] ?? otherwise;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw invalidOption(option, value, `a whole number ${option === 'maxBodyBytes' ? 'of bytes ' : ''}>= ${least}`);
}

function flag(policy: ResponsePolicy<never>, option: 'fastPath' | 'serverTiming' | 'storeSetCookie'): boolean {
  const value = policy[option] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalidOption(option, value, 'true or false');
}

function codings(names: readonly Encoding[]): readonly Encoding[] {
  const known = names instanceof Array && names.every((name) => name === 'br' || name === 'gzip');
  if (known) return [...new Set(names)];
  throw invalidOption('encodings', names, "an array of 'br' and 'gzip'");
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
