import type { MaybePromise } from '../backends/backend.ts';
import { type Cache, spaceOf } from '../cache.ts';
import { learnerOf } from '../http/hit-learner.ts';
import { HttpCache } from '../http/http-cache.ts';
import type { ResponsePolicy } from '../http/policy.ts';
import type { FetchExchange } from './exchange.ts';
import { runtimePlatform } from './platform.ts';
import { serve } from './serve.ts';

export type { ResponsePolicy } from '../http/policy.ts';
export type { NoteHead } from '../http/hit-learner.ts';
export type { Hole, HoleFill, HoleRequest, Holes } from '../http/holes.ts';
export type { PolicyRequest, RequestCondition } from '../http/policy-condition.ts';
export type { FetchExchange, HandlerRun } from './exchange.ts';

/** Answers a request from the cache, or runs what is below and keeps what that answers. */
export type FetchHandler<Context = unknown> = <Own extends undefined = never>(
  exchange: FetchExchange<Own, Context>,
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
export function createFetchHandler<Context = unknown>(
  cache: Cache,
  policy: ResponsePolicy<Context> = {},
): FetchHandler<Context> {
  const http = new HttpCache(cache, policy, runtimePlatform());
  const root = http.policy.fastPath ? spaceOf(cache).root : undefined;
  return <Own extends undefined>(exchange: FetchExchange<Own, Context>) =>
    serve(http, exchange as FetchExchange, root && learnerOf(root)) as MaybePromise<Response | Own>;
}
