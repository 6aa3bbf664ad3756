import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Cache } from '../cache.ts';
import { FastPath } from './fast-path.ts';

/**
 * Answers hits of policies with `fastPath: true` before the framework runs, for the server that `app.listen()`
 * returned. Nothing above the cache sees those requests: no logging, no limits, no authentication; their fields are
 * those that the same answer had when it came the long way.
 *
 * @param cache the cache given to `cacheResponse`, or one it is a namespace of. Memory only: other backends go the long way
 * @returns takes it away again
 * @example
 * const server = app.listen(3000);
 * attachCache(server, cache);
 */
export function attachCache(server: Server, cache: Cache): () => void {
  const path = FastPath.of(cache);
  // oxlint-disable-next-line typescript/unbound-method -- called with its server below
  const { emit } = server;
  const own = Object.getOwnPropertyDescriptor(server, 'emit');
  function emitRequest(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'request' && path.answer(args[0] as IncomingMessage, args[1] as ServerResponse)) return true;
    return Reflect.apply(emit, this, [event, ...args]) as boolean;
  }
  Object.defineProperty(server, 'emit', { value: emitRequest, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(server, 'emit');
    else Object.defineProperty(server, 'emit', own);
  };
}

/**
 * `attachCache` for who makes the server: a listener that answers hits itself and leaves all else to the app.
 *
 * @example
 * createServer(cachedListener(app, cache)).listen(3000);
 */
export function cachedListener(app: RequestListener, cache: Cache): RequestListener {
  const path = FastPath.of(cache);
  return (request, response) => {
    if (!path.answer(request, response)) app(request, response);
  };
}
