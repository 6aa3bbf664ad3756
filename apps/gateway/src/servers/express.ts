import type { Cache } from '@cache/core';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import express from 'express';
import type { RequestListener } from 'node:http';
import type { Forward } from '../forward/forward.ts';

/** What a framework is given: the handler, and the cache to put before it if there is to be one. */
export interface ServerParts {
  readonly forward: Forward;
  readonly cached: { readonly cache: Cache; readonly policy: ResponsePolicy } | undefined;
}

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
