import { visibleCookies } from './cookies.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { HttpRequest } from './request.ts';
import { secondaryKey, secondaryValues } from './vary.ts';

/**
 * The key of a request: its URL and all that the policy declares. Neither a request target nor a host holds a blank, so
 * that the parts cannot run into each other.
 */
export function requestKey(request: HttpRequest, url: string, policy: ResolvedPolicy): string {
  const { scheme, host, header } = request;
  const { headers, cookies, holes, mode } = policy;
  let key = `${url} ${scheme}://${host.toLowerCase()}`;
  if (headers.length > 0) key += ` ${secondaryKey(headers, secondaryValues(headers, header, mode.normalise))}`;
  if (cookies !== undefined) key += ` ${JSON.stringify([cookies, visibleCookies(header('cookie'), cookies) ?? null])}`;
  // What has other holes, or none, cannot fill these.
  if (holes !== undefined) key += ` ${JSON.stringify({ holes: [...holes.keys()] })}`;
  return key;
}

/** The key under which it is remembered what the responses of a path do not differ by. */
export function searchRuleKey(request: HttpRequest, url: string): string {
  return `? ${url.split('?', 1)[0]} ${request.scheme}://${request.host.toLowerCase()}`;
}
