import { addTags, type CacheControlDirectives, type Duration, formatCacheControl, limitLifetime } from '@cache/core';
import type { ServerResponse } from 'node:http';
import { addVary } from './vary.ts';

/**
 * What a handler below `cacheResponse` says about its response, as `res.locals.cache`. It is there whether the response will be stored or goes
 * past the cache; a hit runs no handler.
 *
 * @example
 * app.get('/cities/:id', cacheResponse(cache), async (request, response) => {
 *   const city = await readCity(request.params.id);
 *   response.locals.cache?.addTags(`city:${city.id}`);
 *   if (city.isMoving) response.locals.cache?.limitLifetime('10s');
 *   response.json(city);
 * });
 */
export class ResponseControls {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Tags of the response: `cache.invalidateTags` with one of them drops it. */
  addTags(...tags: string[]): void {
    addTags(...tags);
  }

  /** The response is stored for at most this long; 0: not at all. What clients are told stays as it is. */
  limitLifetime(max: Duration): void {
    limitLifetime(max);
  }

  /** Nobody stores the response: neither this cache nor a browser (`Cache-Control: no-store`). Before the head is sent. */
  neverCache(): void {
    limitLifetime(0);
    this.#response.setHeader('Cache-Control', 'no-store');
  }

  /** The response differs by these request fields: they join `Vary` and the key, so that the handler may read them. */
  varyOn(...fields: string[]): void {
    addVary(this.#response, fields);
  }

  /** Sets `Cache-Control`: how long this cache (`sMaxAge`, else `maxAge`), others and browsers may reuse the response. */
  cacheControl(directives: CacheControlDirectives): void {
    this.#response.setHeader('Cache-Control', formatCacheControl(directives));
  }
}

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- where Express looks for the types of `res.locals`
  namespace Express {
    interface Locals {
      /** Set by `cacheResponse` for the handlers below it. */
      cache?: ResponseControls;
    }
  }
}
