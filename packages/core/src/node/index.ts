import type { Cache } from '../cache.ts';
import { HttpCache } from '../http/http-cache.ts';
import type { ResponsePolicy } from '../http/policy.ts';
import { encode } from './encode.ts';
import { entityTag } from './entity-tag.ts';
import { FastPath } from './fast-path.ts';
import { type Exchange, serve } from './serve.ts';

export { attachCache, cachedListener } from './attach-cache.ts';
export { controlsOf } from './response-controls.ts';
export { isIdentified } from './framework-request.ts';
export { routedUrl, withVisibleQuery } from './routed-url.ts';
export type { ResponsePolicy } from '../http/policy.ts';
export type { Hole, HoleFill, HoleRequest, Holes } from '../http/holes.ts';
export type { PolicyRequest, RequestCondition } from '../http/policy-condition.ts';
export type { RequestFacts } from './request.ts';
export type { HandlerRun } from './capture.ts';
export type { Send } from './reply.ts';
export type { Exchange } from './serve.ts';
export { purgeHandler, type PurgeHandlerOptions } from './purge-handler.ts';

/**
 * The HTTP cache for frameworks that work on Node's `IncomingMessage` and `ServerResponse`: what an adapter is made of.
 * The function returned answers a request from the cache, or calls `next` and keeps what is answered below.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const serve = createNodeHandler(cache, { maxAge: '5m' });
 * createServer((request, response) => {
 *   serve({ request, response, url: request.url ?? '/', identified: false, next: () => page(request, response) });
 * });
 */
export function createNodeHandler<Context = unknown>(
  cache: Cache,
  policy: ResponsePolicy<Context> = {},
): (exchange: Exchange<Context>) => void {
  const http = new HttpCache(cache, policy, { entityTag, encode });
  const fastPath = http.policy.fastPath ? FastPath.of(cache) : undefined;
  return (exchange) => serve(http, exchange, fastPath);
}
