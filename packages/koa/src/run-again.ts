import type { Context, Middleware, Next } from 'koa';
import type { IncomingMessage } from 'node:http';

/** What of an application answers a context; in Koa 2 and 3 alike, but not in its types. */
interface Answering {
  handleRequest(ctx: Context, middleware: () => Promise<void>): Promise<void>;
}

/** Has Koa answer a context whose first answer is out with what the middleware below makes of it. */
export function runAlone(ctx: Context, run: () => Promise<void>): void {
  const { app, request } = ctx;
  const { response } = app.createContext(ctx.req, ctx.res);
  ctx.response = request.response = Object.assign(response, { ctx, request });
  delete ctx.respond;
  void (app as unknown as Answering).handleRequest(ctx, run);
}

/** A context at the cache, and what is below. */
export interface Place {
  readonly ctx: Context;
  readonly next: Next;
}

type Run = (place: Place) => Promise<void>;

const sentBack = new WeakMap<IncomingMessage, { readonly cache: Middleware; readonly run: Run }>();

/**
 * Runs the middleware below once more. Koa lets nobody call `next` twice, so that the request goes through the app again,
 * from the top, until it is back at this cache.
 */
export function sendBack(
  {
    ctx: { app, req, res },
    target,
    cache,
  }: { readonly ctx: Context; readonly target: string; readonly cache: Middleware },
  run: Run,
): void {
  sentBack.set(req, { cache, run });
  req.url = target;
  void app.callback()(req, res);
}

/** What a request was sent back for, if it comes by for the second time. */
export function comeBack(ctx: Context, next: Next, cache: Middleware): Promise<void> | undefined {
  const returned = sentBack.get(ctx.req);
  if (returned?.cache !== cache) return undefined;
  sentBack.delete(ctx.req);
  return returned.run({ ctx, next });
}
