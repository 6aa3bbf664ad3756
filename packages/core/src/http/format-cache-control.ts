import { type Duration, toMilliseconds } from '../duration.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from '../errors.ts';

/** The directives of a `Cache-Control` field of a response (RFC 9111, section 5.2.2; RFC 5861; RFC 8246). */
export interface CacheControlDirectives {
  /** How long a cache may reuse the response without asking. */
  readonly maxAge?: Duration;
  /** The same for shared caches only, and before `maxAge`. */
  readonly sMaxAge?: Duration;
  /** How long after that it may be reused while it is asked for anew. */
  readonly staleWhileRevalidate?: Duration;
  /** How long after that it may be reused instead of an error. */
  readonly staleIfError?: Duration;
  /** Shared caches may store it, what was asked with `Authorization` too. */
  readonly public?: boolean;
  /** Only the user's own cache may store it. */
  readonly private?: boolean;
  /** No cache may reuse it without asking. */
  readonly noCache?: boolean;
  /** No cache may store it. */
  readonly noStore?: boolean;
  /** No proxy may change its form. */
  readonly noTransform?: boolean;
  /** Not to be reused once stale, whatever fails. */
  readonly mustRevalidate?: boolean;
  /** The same for shared caches only. */
  readonly proxyRevalidate?: boolean;
  /** It will not change while it is fresh, so that browsers need not ask on a reload. */
  readonly immutable?: boolean;
}

const NAMES = {
  public: 'public',
  private: 'private',
  noCache: 'no-cache',
  noStore: 'no-store',
  noTransform: 'no-transform',
  mustRevalidate: 'must-revalidate',
  proxyRevalidate: 'proxy-revalidate',
  immutable: 'immutable',
  maxAge: 'max-age',
  sMaxAge: 's-maxage',
  staleWhileRevalidate: 'stale-while-revalidate',
  staleIfError: 'stale-if-error',
} satisfies Record<keyof CacheControlDirectives, string>;

/** RFC 9111, section 1.2.2: what is larger means the same. */
const FOREVER = 2 ** 31;

/**
 * The text of a `Cache-Control` field. Durations become whole seconds, rounded down; `'forever'` becomes 2147483648.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for an unknown directive, a wrong value, or two that contradict each other
 * @example
 * formatCacheControl({ public: true, maxAge: '5m', staleWhileRevalidate: '1h' }); // 'public, max-age=300, stale-while-revalidate=3600'
 */
export function formatCacheControl(directives: CacheControlDirectives): string {
  if (typeof directives !== 'object' || directives === null)
    throw invalidOption('directives', directives, 'an object of directives');
  rejectUnknownOptions(directives, Object.keys(NAMES));
  rejectContradictions(directives);
  const parts = Object.entries(NAMES).flatMap(([option, name]) => {
    const value = directives[option as keyof CacheControlDirectives];
    if (value === undefined || value === false) return [];
    if (value === true && !isTimed(option)) return [name];
    if (typeof value === 'boolean' || !isTimed(option)) throw invalidOption(option, value, allowedFor(option));
    return [`${name}=${Math.min(Math.floor(toMilliseconds(value, option) / 1000), FOREVER)}`];
  });
  if (parts.length > 0) return parts.join(', ');
  throw invalidOption('directives', directives, 'an object with at least one directive');
}

function isTimed(option: string): boolean {
  return ['maxAge', 'sMaxAge', 'staleWhileRevalidate', 'staleIfError'].includes(option);
}

function allowedFor(option: string): string {
  return isTimed(option) ? "a duration such as '5m'" : 'true or false';
}

function rejectContradictions(directives: CacheControlDirectives): void {
  const given = (Object.keys(NAMES) as (keyof CacheControlDirectives)[]).filter((name) => {
    return directives[name] !== undefined && directives[name] !== false;
  });
  const contradicts = (one: keyof CacheControlDirectives, others: readonly (keyof CacheControlDirectives)[]): void => {
    const other = given.includes(one) ? others.find((name) => given.includes(name)) : undefined;
    if (other !== undefined)
      throw new CacheError('ERR_CACHE_OPTION', `\`${one}\` and \`${other}\` contradict each other.`, other);
  };
  contradicts('private', ['public', 'sMaxAge', 'proxyRevalidate']);
  contradicts('noStore', ['public', 'maxAge', 'sMaxAge', 'staleWhileRevalidate', 'staleIfError', 'immutable']);
}
