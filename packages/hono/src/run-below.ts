import { CacheError } from '@cache/core';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';

/**
 * Runs the handlers below a middleware once more, which Hono's `next` refuses. Their errors are not handled here.
 *
 * @param index where the middleware stands among the matched routes
 */
export async function runBelow(c: Context, middleware: MiddlewareHandler, index: number): Promise<void> {
  const routes = matchedRoutes(c);
  if (routes[index]?.handler !== middleware) {
    const place = 'Parts of responses can only be completed where the cache is registered on the app itself';
    throw new CacheError(
      'ERR_CACHE_PLACE',
      `${place}: not inside other middleware, nor in an app with an own onError.`,
    );
  }
  const dispatch = async (at: number): Promise<void> => {
    const route = routes[at];
    if (route !== undefined) c.req.routeIndex = at;
    const response: unknown = route === undefined ? await c.notFound() : await route.handler(c, () => dispatch(at + 1));
    if (response instanceof Response && !c.finalized) c.res = response;
  };
  await dispatch(index + 1);
}
