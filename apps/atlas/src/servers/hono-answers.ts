import type { Context, ErrorHandler, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Atlas } from '../domain/atlas.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { statusOf } from '../http/status-of.ts';
import { isPagePath } from '../site/input.ts';
import type { Reply } from '../site/reply.ts';
import type { Site } from '../site/site.ts';

/** A handler that sends what `make` returns. */
export function answer(make: (c: Context) => Reply | Promise<Reply>): (c: Context) => Promise<Response> {
  return async (c) => send(c, await make(c));
}

function send(c: Context, { status, headers, body }: Reply): Response {
  // An answer to HEAD has no body that the length could be taken from later.
  const length = String(Buffer.byteLength(body));
  return c.newResponse(body, { status: status as 200, headers: { ...headers, 'content-length': length } });
}

/** Path and query as the client sent them. */
export function targetOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}

/** Sets the headers that every answer carries. */
export const setSecurityHeaders: MiddlewareHandler = async (c, next) => {
  for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value);
  await next();
};

/** Counts visits to pages. It stands above the cache, so that an answer from the cache counts too. */
export function countVisits(atlas: Atlas): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.req.method !== 'GET' || !isPagePath(c.req.path)) return;
    if (c.res.status === 200 || c.res.status === 304) atlas.countVisit(c.req.path);
  };
}

/** Refuses forms that were sent from another site. */
export function refuseOtherSites(site: Site): MiddlewareHandler {
  return async (c, next) => {
    if (!isSameOrigin(c.req.header())) return send(c, await site.problem(403));
    await next();
    return undefined;
  };
}

/** Refuses a path that is not UTF-8, which Hono leaves as it is. */
export const refuseMalformedPath: MiddlewareHandler = async (c, next) => {
  try {
    decodeURIComponent(new URL(c.req.url).pathname);
  } catch {
    throw new HTTPException(400);
  }
  await next();
};

/** Turns what handlers and Hono throw into a page. */
export function reportProblem(site: Site): ErrorHandler {
  return async (error, c) => {
    const status = statusOf(error);
    if (status >= 500) console.error(error);
    return send(c, await site.problem(status));
  };
}
