import { cacheResponse } from '@cache/koa';
import Koa from 'koa';
import type { RequestListener } from 'node:http';
import type { ServerParts } from './parts.ts';

/** The gateway as a Koa application. */
export function createKoaListener({ forward, cached }: ServerParts): RequestListener {
  const app = new Koa({ env: 'production' });
  if (cached !== undefined) app.use(cacheResponse(cached.cache, cached.policy));
  app.use((ctx) => {
    ctx.respond = false;
    forward(ctx.req, ctx.res);
  });
  const listener = app.callback();
  return (request, response) => void listener(request, response);
}
