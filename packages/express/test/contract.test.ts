import { attachCache } from '@cache/core/node';
import { describeHttpContract, type HttpRoute, type HttpSite, listening } from '@cache/core/testing';
import { cacheResponse } from '@cache/express';
import type { Express, RequestHandler } from 'express';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';

for (const { version, express } of expressVersions) {
  const start = ({ cache, routes, fastPath, identify }: HttpSite) => {
    const app: Express = express();
    if (identify !== undefined) {
      app.use((request, _response, next) => {
        const user = identify({ url: request.originalUrl, header: (name) => request.get(name) });
        if (user !== undefined) Object.assign(request, { user });
        next();
      });
    }
    for (const { method = 'GET', path, policy, handler } of routes) {
      const register = app[method.toLowerCase() as 'get'].bind(app);
      if (policy === undefined) register(path, handlerOf(handler));
      else register(path, cacheResponse(cache, policy), handlerOf(handler));
    }
    const server = createServer(app);
    if (fastPath === true) attachCache(server, cache);
    return listening(server);
  };
  describeHttpContract({ name: version, start }, { describe, it });
}

function handlerOf(answer: HttpRoute['handler']): RequestHandler {
  return async (request, response, next) => {
    try {
      const call = { url: request.originalUrl, header: (name: string) => request.get(name) };
      const { status = 200, headers = [], body } = await answer(call);
      response.status(status);
      for (const [name, value] of headers) response.append(name, value);
      if (body === undefined) response.end();
      else if (typeof body === 'string') response.send(body);
      else if (body instanceof Uint8Array) response.send(Buffer.from(body));
      else await pipeline(Readable.from(body), response);
    } catch (error) {
      // Express 4 does not look at the promise of a handler.
      next(error);
    }
  };
}
