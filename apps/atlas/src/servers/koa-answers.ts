import type { RouterContext } from '@koa/router';
import type { Context, Middleware, Next } from 'koa';
import type { Atlas } from '../domain/atlas.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { statusOf } from '../http/status-of.ts';
import { isPagePath } from '../site/input.ts';
import type { Reply } from '../site/reply.ts';
import type { Site } from '../site/site.ts';

/** Middleware for a route that sends what `make` returns. */
export function answer(make: (ctx: RouterContext) => Reply | Promise<Reply>): (ctx: RouterContext) => Promise<void> {
  return async (ctx) => send(ctx, await make(ctx));
}

function send(ctx: Context, { status, headers, body }: Reply): void {
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
}

/** Sets the headers that every answer carries. */
export const setSecurityHeaders: Middleware = (ctx, next) => {
  ctx.set(securityHeaders);
  return next();
};

/** Counts visits to pages. It stands above the cache, so that an answer from the cache counts too. */
export function countVisits(atlas: Atlas): Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.method !== 'GET' || !isPagePath(ctx.path)) return;
    if (ctx.status === 200 || ctx.status === 304) atlas.countVisit(ctx.path);
  };
}

/** Refuses forms that were sent from another site. */
export function refuseOtherSites(site: Site): (ctx: RouterContext, next: Next) => Promise<void> {
  return async (ctx, next) => {
    if (isSameOrigin(ctx.headers)) await next();
    else send(ctx, await site.problem(403));
  };
}

/** Turns what handlers and Koa throw into a page, and what nobody answers. */
export function reportProblem(site: Site): Middleware {
  return async (ctx, next) => {
    try {
      refuseMalformedPath(ctx);
      await next();
      if (ctx.status === 404 && ctx.body === undefined) send(ctx, await site.notFound());
    } catch (error) {
      const status = statusOf(error);
      if (status >= 500) console.error(error);
      send(ctx, await site.problem(status));
    }
  };
}

/** The router leaves a path that is not UTF-8 as it is. */
function refuseMalformedPath(ctx: Context): void {
  try {
    decodeURIComponent(ctx.path);
  } catch {
    ctx.throw(400);
  }
}
