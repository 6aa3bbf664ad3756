import { invalidOption } from '../errors.ts';
import type { HttpRequest } from './request.ts';

/** What `when` and `unless` of a policy are given of a request. */
export interface PolicyRequest {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly url: string;
  readonly scheme: 'http' | 'https';
  /** Host and port. */
  readonly host: string;
  /** The value of a field, lines joined with `, `; the name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** Says yes or no about a request, at once. */
export type RequestCondition = (request: PolicyRequest) => boolean;

/** Whether requests are for the cache at all. */
export type PolicyCondition = (request: Pick<HttpRequest, keyof PolicyRequest | 'target'>) => boolean;

/**
 * One condition out of `when` and `unless`; `undefined` if there is neither. What throws, or answers with something else than
 * `true` or `false` (a promise, for one), keeps the request out of the cache.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function conditionOf(
  when: RequestCondition | undefined,
  unless: RequestCondition | undefined,
): PolicyCondition | undefined {
  for (const [option, given] of Object.entries({ when, unless })) {
    if (given !== undefined && typeof given !== 'function')
      throw invalidOption(option, given, 'a function of the request that returns true or false');
  }
  if (when === undefined && unless === undefined) return undefined;
  return ({ method, url, target = url, scheme, host, header }) => {
    const request = { method, url: target, scheme, host, header };
    try {
      return (when === undefined || when(request) === true) && (unless === undefined || unless(request) === false);
    } catch {
      return false;
    }
  };
}
