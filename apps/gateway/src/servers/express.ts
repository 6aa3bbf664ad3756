import { cacheResponse } from '@cache/express';
import express from 'express';
import type { RequestListener } from 'node:http';
import type { ServerParts } from './parts.ts';

/** The gateway as an Express application. */
export function createExpressListener({ forward, cached }: ServerParts): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('env', 'production');
  if (cached !== undefined) app.use(cacheResponse(cached.cache, cached.policy));
  app.use(forward);
  return app;
}
