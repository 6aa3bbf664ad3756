import type { Cache, ResponseControls } from '@cache/core';
import { createFetchHandler, type ResponsePolicy } from '@cache/core/fetch';
import type { Context, MiddlewareHandler } from 'hono';
import { HonoExchange } from './exchange.ts';

/** What handlers below the cache find on their context. */
export interface CacheEnv {
  Variables: {
    /**
     * What the handler says about its response. Fields are set as by `c.header`, so that a handler which returns a `Response` of its own
     * goes without them.
     */
    cache: ResponseControls;
  };
}

/**
 * Middleware that answers GET and HEAD from a cache and stores what the handlers after it answer: on a route, a group of
 * routes or the whole app. Safe by default: requests with `Authorization`, with a cookie the policy does not declare or
 * with a known user (`c.var.user`, `c.var.jwtPayload`) go past it; answers that set cookies, that are `private` or `no-store`,
 * that are errors, or whose handler read a request field that the key does not cover are not stored. `Cache-Status` on each
 * answer says what happened and why (RFC 9211).
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * app.get('/cities/:id', cacheResponse(cache, { maxAge: '5m' }), async (c) => {
 *   return c.json(await readCity(c.req.param('id')));
 * });
 * @example
 * app.get('/news', cacheResponse(cache), async (c) => {
 *   c.var.cache.addTags('news');
 *   return c.html(await renderNews());
 * });
 */
export function cacheResponse(cache: Cache, policy: ResponsePolicy<Context> = {}): MiddlewareHandler<CacheEnv> {
  const handle = createFetchHandler(cache, policy);
  const middleware: MiddlewareHandler<CacheEnv> = async (c, next) => {
    const exchange = new HonoExchange(c, next, middleware);
    const found = handle<undefined>(exchange);
    exchange.answer(found instanceof Promise ? await found : found);
  };
  return middleware;
}
