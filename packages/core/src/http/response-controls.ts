import { addTags, limitLifetime } from '../dependencies.ts';
import type { Duration } from '../duration.ts';
import { type CacheControlDirectives, formatCacheControl } from './format-cache-control.ts';
import { formatVary } from './format-vary.ts';

/** The fields of a response whose head is not out: all that an adapter tells `ResponseControls` of its framework. */
export interface ResponseFields {
  /** The value of a field, its lines joined; `undefined` if it is not set. */
  get(name: string): string | undefined;
  /** Sets a field to one value, in place of what it had. */
  set(name: string, value: string): void;
}

/**
 * What a handler says to the caches about its response. Below `cacheResponse` it is `res.locals.cache` (Express), `ctx.state.cache` (Koa),
 * `c.var.cache` (Hono) or a parameter with `@CacheControls()` (NestJS), whether the response will be stored or goes past the cache; a hit runs
 * no handler. Without a cache around, what is said to others still counts.
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
  readonly #fields: ResponseFields;

  constructor(fields: ResponseFields) {
    this.#fields = fields;
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
    this.#fields.set('Cache-Control', 'no-store');
  }

  /**
   * The response differs by these request fields: they join `Vary` and the key, so that the handler may read them.
   *
   * @throws CacheError `ERR_CACHE_OPTION` for what is no name of a field
   */
  varyOn(...fields: string[]): void {
    this.#fields.set('Vary', formatVary(this.#fields.get('Vary') ?? '', fields));
  }

  /**
   * Sets `Cache-Control`: how long this cache (`sMaxAge`, else `maxAge`), others and browsers may reuse the response.
   *
   * @throws CacheError `ERR_CACHE_OPTION` for unknown directives and those that contradict each other
   */
  cacheControl(directives: CacheControlDirectives): void {
    this.#fields.set('Cache-Control', formatCacheControl(directives));
  }
}
