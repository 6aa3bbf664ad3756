import type { Cache, ResponseControls } from '@cache/core';
import {
  controlsOf,
  createNodeHandler,
  isIdentified,
  type ResponsePolicy,
  routedUrl,
  withVisibleQuery,
} from '@cache/core/node';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { hasComeBack, type Run, sendBack } from './come-back.ts';

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- where Express looks for the types of `res.locals`
  namespace Express {
    interface Locals {
      /** What a handler below `cacheResponse` says about its response. */
      cache?: ResponseControls;
    }
  }
}

/** What of an Express request the middleware looks at. */
export type CacheableRequest = IncomingMessage & Pick<Request, 'originalUrl' | 'baseUrl' | 'url'>;

/** Express middleware that leaves the types of the handlers beside it alone: `request.params` is still that of the path. */
export type CacheMiddleware = (
  request: CacheableRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Middleware that answers GET and HEAD from a cache and stores what the handlers after it answer: on a route, a router
 * or the whole app. Safe by default: requests with `Authorization`, with a cookie the policy does not declare, with a
 * known user (`req.user`, `req.auth`) or with a body go past it; answers that set cookies, that are `private` or
 * `no-store`, that are errors, or whose handler read a request field that the key does not cover are not stored.
 * `Cache-Status` on each answer says what happened and why (RFC 9211).
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * app.get('/cities/:id', cacheResponse(cache, { maxAge: '5m' }), async (request, response) => {
 *   response.json(await readCity(request.params.id));
 * });
 */
export function cacheResponse<Visit extends Request = Request>(
  cache: Cache,
  policy: ResponsePolicy<Visit> = {},
): CacheMiddleware {
  const handle = createNodeHandler(cache, policy);
  const here = Symbol('cacheResponse');
  return (request, response, next) => {
    const below = (error?: unknown): void => {
      if (error === undefined) provideControls(response);
      next(error);
    };
    if (hasComeBack(request, here, below)) return;
    const { originalUrl: target } = request;
    const comeBack = (run: Run): void => sendBack({ request, response, target, here, next: below }, run);
    const onFill = (): void => {
      if (policy.query !== undefined) hideParsedQuery(request);
    };
    handle({
      request,
      response,
      next: below,
      url: routedUrl(target, request.baseUrl + request.url),
      target,
      identified: isIdentified(request),
      onFill,
      comeBack,
      context: request as Visit,
      holders: () => [request, localsOf(response) ?? {}],
    });
  };
}

/** A response outside of an app has no `locals`. Views are given all that is enumerable there, and a `cache` tells Express to keep them. */
function provideControls(response: ServerResponse): void {
  const locals = localsOf(response);
  if (locals === undefined) return;
  Object.defineProperty(locals, 'cache', { value: controlsOf(response), configurable: true, writable: true });
}

function localsOf(response: ServerResponse): Express.Locals | undefined {
  return (response as { locals?: Express.Locals }).locals;
}

/** Express has kept the query as it came, and version 4 has parsed it; the handler must see what is left of it. */
function hideParsedQuery(request: CacheableRequest): void {
  request.originalUrl = withVisibleQuery(request.originalUrl, request.url);
  if (!Object.hasOwn(request, 'query')) return;
  const { app } = request as { app?: { get(name: 'query parser fn'): ((query: string) => unknown) | undefined } };
  const parse = app?.get('query parser fn') ?? ((text: string) => Object.fromEntries(new URLSearchParams(text)));
  const [, query = ''] = /\?(.*)$/s.exec(request.url) ?? [];
  Object.assign(request, { query: parse(query) });
}
