import Router from '@koa/router';
import { attachCache } from '@cache/core/node';
import { describeHttpContract, type HttpRoute, type HttpSite, listening } from '@cache/core/testing';
import { cacheResponse } from '@cache/koa';
import type { Middleware } from 'koa';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { describe, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';

for (const { version, Koa } of koaVersions) {
  const start = ({ cache, routes, fastPath, identify }: HttpSite) => {
    const app = new Koa();
    app.silent = true;
    if (identify !== undefined) {
      app.use((ctx, next) => {
        const user = identify({
          url: ctx.originalUrl,
          header: (name) => ctx.req.headers[name.toLowerCase()]?.toString(),
        });
        if (user !== undefined) ctx.state['user'] = user;
        return next();
      });
    }
    const router = new Router();
    for (const { method = 'GET', path, policy, handler } of routes) {
      const cached = policy === undefined ? [] : [cacheResponse(cache, policy)];
      router.register(path, [method], [...cached, handlerOf(handler)]);
    }
    app.use(router.routes());
    const listener = app.callback();
    const server = createServer((request, response) => void listener(request, response));
    if (fastPath === true) attachCache(server, cache);
    return listening(server);
  };
  describeHttpContract({ name: version, start }, { describe, it });
}

function handlerOf(answer: HttpRoute['handler']): Middleware {
  return async (ctx) => {
    const header = (name: string) => ctx.req.headers[name.toLowerCase()]?.toString();
    const { status = 200, headers = [], body } = await answer({ url: ctx.originalUrl, header });
    if (body === undefined) ctx.body = null;
    else if (typeof body === 'string') ctx.body = body;
    else if (body instanceof Uint8Array) ctx.body = Buffer.from(body);
    // Koa 2 lets a client wait for ever when a stream breaks off.
    else ctx.body = Readable.from(body).once('error', () => ctx.res.destroy());
    ctx.status = status;
    // Koa chooses a type for the body where there is none.
    if (body !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-type'))
      ctx.remove('Content-Type');
    for (const [name, value] of headers) {
      if (/^content-(type|length)$/i.test(name)) ctx.set(name, value);
      else ctx.append(name, value);
    }
  };
}
