import { type CacheControlDirectives, formatCacheControl, formatVary, type ResponseControls } from '@cache/core';
import { controlsOf } from '@cache/core/node';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Express middleware that only says something about the response. */
export type HeaderMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Middleware that keeps what the handlers below answer out of every cache, the one around it and browsers included: it sends
 * `Cache-Control: no-store`. A handler that sets the field itself decides for browsers; the cache around it stores nothing all the same.
 *
 * @example
 * app.use(cacheResponse(cache));
 * app.use('/account', neverCache(), account);
 */
export function neverCache(): HeaderMiddleware {
  return saying((controls) => controls.neverCache());
}

/**
 * Middleware that says which request fields the responses below differ by: they join `Vary` and the key of the cache around it, so that
 * the handlers may read them.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for what is no name of a field
 * @example
 * app.get('/prices', cacheResponse(cache), varyOn('X-Currency'), prices);
 */
export function varyOn(...fields: string[]): HeaderMiddleware {
  formatVary('', fields);
  return saying((controls) => controls.varyOn(...fields));
}

/**
 * Middleware that sets `Cache-Control`, which the cache around it, other caches and browsers follow. A handler that sets the field itself
 * replaces it.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for unknown directives and those that contradict each other
 * @example
 * app.get('/cities', cacheResponse(cache), cacheControl({ sMaxAge: '1h', maxAge: '5m' }), cities);
 */
export function cacheControl(directives: CacheControlDirectives): HeaderMiddleware {
  const text = formatCacheControl(directives);
  return (_request, response, next) => {
    response.setHeader('Cache-Control', text);
    next();
  };
}

function saying(say: (controls: ResponseControls) => void): HeaderMiddleware {
  return (_request, response, next) => {
    say(controlsOf(response));
    next();
  };
}
