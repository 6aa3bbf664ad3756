import type { Cache, ResponseControls } from '@cache/core';
import {
  controlsOf,
  createNodeHandler,
  type HandlerRun,
  isIdentified,
  type ResponsePolicy,
  routedUrl,
} from '@cache/core/node';
import type { Context, Middleware } from 'koa';
import { Stream } from 'node:stream';
import { prepareHandler, watchClient } from './handler-view.ts';
import { comeBack, type Place, runAlone, sendBack } from './run-again.ts';
import { sendThrough } from './send-through.ts';

declare module 'koa' {
  interface DefaultState {
    /** What middleware below `cacheResponse` says about the response. */
    cache?: ResponseControls;
  }
}

/**
 * Middleware that answers GET and HEAD from a cache and stores what the middleware after it answers, whatever kind of body
 * that is: on a route, a router or the whole app. Safe by default: requests with `Authorization`, with a cookie the
 * policy does not declare, with a known user (`ctx.state.user`, `ctx.req.user`) or with a body go past it; answers that
 * set cookies, that are `private` or `no-store`, that are errors, or whose handler read a request field that the key
 * does not cover are not stored. `Cache-Status` on each answer says what happened and why (RFC 9211).
 *
 * Middleware above sees a stored answer in `ctx.status`, `ctx.body` and `ctx.response.headers` as if the handler had given it,
 * and what it sets after `await next()` is sent and never stored.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * router.get('/cities/:id', cacheResponse(cache, { maxAge: '5m' }), async (ctx) => {
 *   ctx.body = await readCity(ctx.params.id);
 * });
 */
export function cacheResponse<Visit extends Context = Context>(
  cache: Cache,
  policy: ResponsePolicy<Visit> = {},
): Middleware {
  const handle = createNodeHandler(cache, policy);

  const middleware: Middleware = (ctx, next) => {
    const returned = comeBack(ctx, next, middleware);
    if (returned !== undefined) return returned;
    const { req: request, res: response, originalUrl: target } = ctx;
    /** Where this request is in the app; elsewhere when it has come back. */
    let here: Place = { ctx, next };
    let run: HandlerRun | undefined;
    let below: Promise<void> | undefined;

    const runBelow = async (): Promise<void> => {
      const { ctx: context } = here;
      context.state.cache = controlsOf(context.res);
      await here.next();
      // Without a body Koa makes one itself, with fields of its own.
      const body: unknown = context.body;
      if (body === undefined || body === null) return;
      run?.settle(() => context.body === body);
      // Koa 2 does not end a response whose source has failed.
      if (body instanceof Stream) body.once('error', () => run?.abandon());
    };
    return new Promise<void>((resolve, reject) => {
      handle({
        request,
        response,
        url: routedUrl(target, request.url ?? target),
        target,
        identified: isIdentified(ctx.state) || isIdentified(request),
        onFill: (begun) => {
          run = begun;
          prepareHandler(here.ctx, policy);
          watchClient(here.ctx, begun);
        },
        next: (error) => {
          if (error === undefined) below = runBelow();
          else reject(error as Error);
        },
        refresh: () => runAlone(ctx, runBelow),
        comeBack: (again) => {
          sendBack({ ctx, target, cache: middleware }, (place) => {
            here = place;
            return new Promise((done) => again(() => done(runBelow())));
          });
        },
        onDecided: () => {
          if (below === undefined && response.headersSent) ctx.respond = false;
          resolve(below);
        },
        fail: (error) => ctx.onerror(error as Error),
        context: ctx as Visit,
        holders: () => [ctx, ctx.state, request],
        send: ctx.app.middleware[0] === middleware ? undefined : sendThrough(ctx),
      });
    });
  };
  return middleware;
}
