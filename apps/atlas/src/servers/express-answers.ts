import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Atlas } from '../domain/atlas.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { statusOf } from '../http/status-of.ts';
import { isPagePath } from '../site/input.ts';
import type { Reply } from '../site/reply.ts';
import type { Site } from '../site/site.ts';

/** A handler that sends what `make` returns. `Parameter` names the parameters of the route. */
export function answer<Parameter extends string = never>(
  make: (request: Request<Record<Parameter, string>>) => Reply | Promise<Reply>,
): RequestHandler<Record<Parameter, string>> {
  return async (request, response) => {
    send(response, await make(request));
  };
}

function send(response: Response, { status, headers, body }: Reply): void {
  response.status(status).set(headers).send(body);
}

/** Sets the headers that every answer carries. */
export const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  response.set(securityHeaders);
  next();
};

/** Counts visits to pages. It stands above the cache, so that an answer from the cache counts too. */
export function countVisits(atlas: Atlas): RequestHandler {
  return ({ method, path }, response, next) => {
    if (method === 'GET' && isPagePath(path)) {
      response.once('finish', () => {
        if (response.statusCode === 200 || response.statusCode === 304) atlas.countVisit(path);
      });
    }
    next();
  };
}

/** Refuses forms that were sent from another site. */
export function refuseOtherSites(site: Site): RequestHandler {
  return async (request, response, next) => {
    if (isSameOrigin(request.headers)) next();
    else send(response, await site.problem(403));
  };
}

/** Turns what handlers and Express throw into a page. */
export function reportProblem(site: Site): ErrorRequestHandler {
  return async (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    if (status >= 500) console.error(error);
    send(response, await site.problem(status));
  };
}
