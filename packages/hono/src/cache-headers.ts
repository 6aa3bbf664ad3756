import { type CacheControlDirectives, formatCacheControl, formatVary, limitLifetime } from '@cache/core';
import type { Context, MiddlewareHandler } from 'hono';
import { controlsOf } from './response-fields.ts';

/**
 * Middleware that keeps what the handlers below answer out of every cache, the one around it and browsers included: it sends
 * `Cache-Control: no-store`. A handler that sets the field itself decides for browsers; the cache around it stores nothing all the same.
 *
 * @example
 * app.use(cacheResponse(cache));
 * app.use('/account/*', neverCache());
 */
export function neverCache(): MiddlewareHandler {
  return async (c, next) => {
    limitLifetime(0);
    await next();
    completeCacheControl(c, 'no-store');
  };
}

/**
 * Middleware that says which request fields the responses below differ by: they join `Vary` and the key of the cache around it, so that
 * the handlers may read them.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for what is no name of a field
 * @example
 * app.get('/prices', cacheResponse(cache), varyOn('X-Currency'), prices);
 */
export function varyOn(...fields: string[]): MiddlewareHandler {
  formatVary('', fields);
  return async (c, next) => {
    await next();
    controlsOf(c).varyOn(...fields);
  };
}

/**
 * Middleware that sets `Cache-Control`, which the cache around it, other caches and browsers follow. A handler that sets the field itself
 * replaces it.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for unknown directives and those that contradict each other
 * @example
 * app.get('/cities', cacheResponse(cache), cacheControl({ sMaxAge: '1h', maxAge: '5m' }), cities);
 */
export function cacheControl(directives: CacheControlDirectives): MiddlewareHandler {
  const text = formatCacheControl(directives);
  return async (c, next) => {
    await next();
    completeCacheControl(c, text);
  };
}

/** Afterwards, because a `Response` that a handler makes itself goes without what was set before. */
function completeCacheControl(c: Context, text: string): void {
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', text);
}
