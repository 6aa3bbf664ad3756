import type { IncomingMessage, ServerResponse } from 'node:http';

type Next = (error?: unknown) => void;

/** Runs what is below a cache, from a `next` that has not been called. */
export type Run = (next: Next) => void;

/** A request that has to come to the same cache once more. */
export interface Returning {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query as the client sent them. */
  readonly target: string;
  /** Which cache. */
  readonly here: symbol;
  readonly next: Next;
}

const underWay = new WeakMap<IncomingMessage, { readonly to: symbol; readonly run: Run }>();

/** Lets a request into the outermost app again: in Express a second `next()` goes on after what has run already. */
export function sendBack({ request, response, target, here, next }: Returning, run: Run): void {
  const app = outermostApp(request);
  if (app === undefined) return run(next);
  underWay.set(request, { to: here, run });
  Object.assign(request, { url: target, originalUrl: target, baseUrl: '' });
  app.handle(request, response);
}

/** Whether a request is on its way back: if to this cache, it runs what is below; other caches let it pass. */
export function hasComeBack(request: IncomingMessage, here: symbol, next: Next): boolean {
  const returning = underWay.get(request);
  if (returning === undefined) return false;
  if (returning.to === here) {
    underWay.delete(request);
    returning.run(next);
  } else next();
  return true;
}

interface App {
  readonly parent?: App;
  handle(request: IncomingMessage, response: ServerResponse): void;
}

function outermostApp(request: IncomingMessage): App | undefined {
  let { app } = request as { app?: App };
  while (app?.parent !== undefined) app = app.parent;
  return app;
}
