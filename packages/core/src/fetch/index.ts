import type { MaybePromise } from '../backends/backend.ts';
import type { Cache } from '../cache.ts';
import { HttpCache } from '../http/http-cache.ts';
import type { ResponsePolicy } from '../http/policy.ts';
import type { FetchExchange } from './exchange.ts';
import { runtimePlatform } from './platform.ts';
import { serve } from './serve.ts';

export type { ResponsePolicy } from '../http/policy.ts';
export type { FetchExchange, HandlerRun } from './exchange.ts';

/** Answers a request from the cache, or runs what is below and keeps what that answers. */
export type FetchHandler = <Own extends undefined = never>(
  exchange: FetchExchange<Own>,
) => MaybePromise<Response | Own>;

/**
 * The HTTP cache for platforms that have `Request` and `Response`: what an adapter is made of. It imports nothing of Node's
 * own HTTP; what it needs is listed in `docs/responses.md`.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const serve = createFetchHandler(cache, { maxAge: '5m' });
 * export default { fetch: (request: Request) => serve({ request, next: (shown) => page(shown) }) };
 */
export function createFetchHandler(cache: Cache, policy: ResponsePolicy = {}): FetchHandler {
  const http = new HttpCache(cache, policy, runtimePlatform());
  return <Own extends undefined>(exchange: FetchExchange<Own>) =>
    serve(http, exchange as FetchExchange) as MaybePromise<Response | Own>;
}
