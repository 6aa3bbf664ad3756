import { type HandlerRun, type ResponsePolicy, withVisibleQuery } from '@cache/core/node';
import type { Context } from 'koa';

/** Takes away what Koa remembers of the request from before the cache has hidden parts of it. */
export function prepareHandler(ctx: Context, policy: Pick<ResponsePolicy, 'query'>): void {
  const { request } = ctx;
  // It looks at the fields that the request had when it was made.
  Reflect.set(request, 'accept', undefined);
  Reflect.set(request, 'memoizedURL', undefined);
  if (policy.query === undefined) return;
  ctx.originalUrl = request.originalUrl = withVisibleQuery(ctx.originalUrl, request.url);
}

/**
 * Koa sends nothing, not even the body, to a client that has left; others may be waiting for that response. A stream it has ended by
 * then, so that there is no response.
 */
export function watchClient(ctx: Context, run: HandlerRun): void {
  const { response, res } = ctx;
  const prototype = Object.getPrototypeOf(response) as object;
  Object.defineProperty(response, 'writable', {
    get: () => {
      if (Reflect.get(prototype, 'writable', response) === true) return true;
      if (res.writableEnded) return false;
      if (!isStreamed(ctx.body)) return true;
      run.abandon();
      return false;
    },
    configurable: true,
  });
}

function isStreamed(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if (body instanceof ReadableStream || body instanceof Blob || body instanceof Response) return true;
  return 'pipe' in body && typeof body.pipe === 'function';
}
