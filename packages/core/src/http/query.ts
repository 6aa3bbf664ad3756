import { invalidOption } from '../errors.ts';

/** Which parameters of a query are part of the key: all, only those of a list, or all but those of a list. */
export type QueryPolicy = 'all' | { readonly allow: readonly string[] } | { readonly ignore: readonly string[] };

/** Takes parameters out of a URL. */
export interface QueryFilter {
  /** The URL without the parameters that do not count; the others stay as they were written, in their order. */
  readonly apply: (url: string) => string;
}

/**
 * What a query policy does to a URL; `undefined` if it leaves every URL alone.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function queryFilter(policy: QueryPolicy): QueryFilter | undefined {
  if (policy === 'all') return undefined;
  const wrong = (): Error =>
    invalidOption('query', policy, "'all', { allow: [...] } or { ignore: [...] } with names of parameters");
  if (typeof policy !== 'object' || policy === null || Object.keys(policy).length !== 1) throw wrong();
  const [kind, names] = Object.entries(policy)[0] as [string, unknown];
  if ((kind !== 'allow' && kind !== 'ignore') || !Array.isArray(names)) throw wrong();
  if (!names.every((name) => typeof name === 'string')) throw wrong();
  const listed = new Set<string>(names);
  const keeps = (name: string): boolean => listed.has(name) === (kind === 'allow');
  return { apply: (url) => ofEachTarget(url, (target) => withParameters(target, keeps)) };
}

/**
 * The URL with only those parameters of its query that are kept. What stands before the name of a parameter is decoded
 * as forms are, so that no spelling of a name slips through.
 */
export function withParameters(url: string, keeps: (name: string) => boolean): string {
  const start = url.indexOf('?');
  if (start === -1) return url;
  const kept = url
    .slice(start + 1)
    .split('&')
    .filter((pair) => pair !== '' && keeps(parameterName(pair)));
  return kept.length === 0 ? url.slice(0, start) : `${url.slice(0, start)}?${kept.join('&')}`;
}

/** The URL with a change made to it, or to each of the two that it is made of where a router has changed it on the way. */
export function ofEachTarget(url: string, change: (target: string) => string): string {
  return url.includes(' ') ? url.split(' ').map(change).join(' ') : change(url);
}

/** The name of a parameter as `name=value` in a query gives it. */
export function parameterName(pair: string): string {
  // A question mark at the very beginning would be taken for the start of the query.
  const [name] = new URLSearchParams(`&${pair}`).keys();
  return name ?? '';
}
