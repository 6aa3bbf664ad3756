import { type CacheControlDirectives, formatCacheControl, formatVary, type ResponseControls } from '@cache/core';
import { controlsOf } from '@cache/core/node';
import type { Middleware } from 'koa';

/**
 * Middleware that keeps what the middleware below answers out of every cache, the one around it and browsers included: it sends
 * `Cache-Control: no-store`. Middleware below that sets the field itself decides for browsers; the cache around stores nothing all the same.
 *
 * @example
 * app.use(cacheResponse(cache));
 * router.use('/account', neverCache());
 */
export function neverCache(): Middleware {
  return saying((controls) => controls.neverCache());
}

/**
 * Middleware that says which request fields the responses below differ by: they join `Vary` and the key of the cache around it, so that
 * the middleware below may read them.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for what is no name of a field
 * @example
 * router.get('/prices', cacheResponse(cache), varyOn('X-Currency'), prices);
 */
export function varyOn(...fields: string[]): Middleware {
  formatVary('', fields);
  return saying((controls) => controls.varyOn(...fields));
}

/**
 * Middleware that sets `Cache-Control`, which the cache around it, other caches and browsers follow. Middleware below that sets the field
 * itself replaces it.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for unknown directives and those that contradict each other
 * @example
 * router.get('/cities', cacheResponse(cache), cacheControl({ sMaxAge: '1h', maxAge: '5m' }), cities);
 */
export function cacheControl(directives: CacheControlDirectives): Middleware {
  const text = formatCacheControl(directives);
  return (ctx, next) => {
    ctx.set('Cache-Control', text);
    return next();
  };
}

function saying(say: (controls: ResponseControls) => void): Middleware {
  return (ctx, next) => {
    say(controlsOf(ctx.res));
    return next();
  };
}
