import { attachCache } from '@cache/core/node';
import { describeHttpContract, type HttpAnswer, type HttpSite, listening } from '@cache/core/testing';
import { cacheResponse } from '@cache/hono';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Server } from 'node:http';
import { describe, it } from 'vitest';

describeHttpContract(
  {
    name: 'Hono (node-server)',
    start(site) {
      const server = createAdaptorServer({ fetch: appOf(site).fetch }) as Server;
      if (site.fastPath === true) attachCache(server, site.cache);
      return listening(server);
    },
  },
  { describe, it },
);

describeHttpContract(
  {
    name: 'Hono (fetch)',
    lacks: {
      socket: 'a function has no connection',
      fastPath: 'nothing runs before the app',
    },
    async start(site) {
      const app = appOf(site);
      return {
        url: undefined,
        fetch: async (path, init) => app.request(path, init),
        close: async () => {},
      };
    },
  },
  { describe, it },
);

function appOf({ cache, routes, identify }: HttpSite): Hono {
  // As Hono itself answers, without a line for each error.
  const app = new Hono().onError((_error, c) => c.text('Internal Server Error', 500));
  if (identify !== undefined) {
    app.use(async (c, next) => {
      const user = identify(callOf(c));
      if (user !== undefined) c.set('user' as never, user as never);
      await next();
    });
  }
  for (const { method = 'GET', path, policy, handler } of routes) {
    const answer = async (c: Context): Promise<Response> => responseOf(c, await handler(callOf(c)));
    if (policy === undefined) app.on(method, path, answer);
    else app.on(method, path, cacheResponse(cache, policy), answer);
  }
  return app;
}

function callOf(c: Context) {
  const { pathname, search } = new URL(c.req.url);
  return { url: pathname + search, header: (name: string) => c.req.header(name) };
}

function responseOf(c: Context, { status = 200, headers = [], body }: HttpAnswer): Response {
  for (const [name, value] of headers) c.header(name, value, { append: true });
  c.status(status as 200);
  if (body === undefined) return c.body(null);
  if (typeof body === 'string') return c.body(body);
  return c.body(body instanceof Uint8Array ? new Uint8Array(body) : streamOf(body));
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const piece = await iterator.next();
      if (piece.done === true) controller.close();
      else controller.enqueue(piece.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
