import {
  addTags,
  type CacheControlDirectives,
  type Duration,
  formatCacheControl,
  formatVary,
  limitLifetime,
} from '@cache/core';
import type { Context } from 'hono';
import { fieldsAbove } from './fields-above.ts';

/**
 * What a handler below `cacheResponse` says about its response, as `c.var.cache`. It is there whether the response will be stored or goes past the
 * cache; a hit runs no handler. Fields are set as by `c.header`, so that a handler which returns a `Response` of its own goes without them.
 *
 * @example
 * app.get('/cities/:id', cacheResponse(cache), async (c) => {
 *   const city = await readCity(c.req.param('id'));
 *   c.var.cache.addTags(`city:${city.id}`);
 *   if (city.isMoving) c.var.cache.limitLifetime('10s');
 *   return c.json(city);
 * });
 */
export class ResponseControls {
  readonly #c: Context;

  constructor(c: Context) {
    this.#c = c;
  }

  /** Tags of the response: `cache.invalidateTags` with one of them drops it. */
  addTags(...tags: string[]): void {
    addTags(...tags);
  }

  /** The response is stored for at most this long; 0: not at all. What clients are told stays as it is. */
  limitLifetime(max: Duration): void {
    limitLifetime(max);
  }

  /** Nobody stores the response: neither this cache nor a browser (`Cache-Control: no-store`). */
  neverCache(): void {
    limitLifetime(0);
    this.#c.header('Cache-Control', 'no-store');
  }

  /** The response differs by these request fields: they join `Vary` and the key, so that the handler may read them. */
  varyOn(...fields: string[]): void {
    this.#c.header('Vary', formatVary(fieldsAbove(this.#c)?.get('Vary') ?? '', fields));
  }

  /** Sets `Cache-Control`: how long this cache (`sMaxAge`, else `maxAge`), others and browsers may reuse the response. */
  cacheControl(directives: CacheControlDirectives): void {
    this.#c.header('Cache-Control', formatCacheControl(directives));
  }
}
