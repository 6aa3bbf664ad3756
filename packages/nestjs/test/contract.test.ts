import { attachCache } from '@cache/core/node';
import {
  describeHttpContract,
  type HttpAnswer,
  type HttpRoute,
  type HttpSite,
  type RunningSite,
} from '@cache/core/testing';
import { CacheModule, CacheResponse } from '@cache/nestjs';
import { Controller, Module, Req, RequestMapping, RequestMethod, Res, StreamableFile, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server } from 'node:http';
import { Readable } from 'node:stream';
import { describe, it } from 'vitest';
import { type Platform, platforms } from './support/platforms.ts';

/** What the handlers of the contract use of a request, on Express and on Fastify. */
interface ReadRequest {
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

for (const platform of platforms) {
  describeHttpContract({ name: platform.name, start: (site) => start(platform, site) }, { describe, it });
}

async function start(platform: Platform, { cache, routes, fastPath, identify }: HttpSite): Promise<RunningSite> {
  @Module({
    imports: [CacheModule.forRoot({ caches: { default: cache } })],
    controllers: routes.map(controllerOf),
  })
  class SiteModule {}

  const app = await platform.create(SiteModule);
  if (identify !== undefined) {
    app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
      const { url = '/', headers } = request;
      const user = identify({ url, header: (name) => headers[name.toLowerCase()]?.toString() });
      if (user !== undefined) Object.assign(request, { user });
      next();
    });
  }
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  if (fastPath === true) attachCache(server, cache);
  return {
    url: await app.getUrl(),
    async close() {
      server.closeAllConnections();
      await app.close();
    },
  };
}

/** A controller with one method, decorated as its author would. */
function controllerOf({ method = 'GET', path, policy, handler }: HttpRoute): Type {
  @Controller()
  class RouteController {
    readonly #host: HttpAdapterHost;

    constructor(host: HttpAdapterHost) {
      this.#host = host;
    }

    async answer(request: ReadRequest, response: object): Promise<unknown> {
      const { httpAdapter } = this.#host;
      const { status = 200, headers = [], body } = await handler(callOf(request));
      httpAdapter.status(response, status);
      for (const name of new Set(headers.map(([one]) => one))) {
        const lines = headers.filter(([one]) => one === name).map(([, value]) => value);
        // Both platforms take several lines at once, which Nest does not say.
        httpAdapter.setHeader(response, name, (lines.length > 1 ? lines : lines[0]) as string);
      }
      return bodyOf(body);
    }
  }
  Reflect.defineMetadata('design:paramtypes', [HttpAdapterHost], RouteController);
  const { prototype } = RouteController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'answer') as PropertyDescriptor;
  RequestMapping({ path, method: RequestMethod[method as 'GET'] })(prototype, 'answer', descriptor);
  Req()(prototype, 'answer', 0);
  Res({ passthrough: true })(prototype, 'answer', 1);
  if (policy !== undefined) CacheResponse(policy)(prototype, 'answer', descriptor);
  return RouteController;
}

function callOf({ originalUrl, headers }: ReadRequest) {
  return { url: originalUrl, header: (name: string) => headers[name.toLowerCase()]?.toString() };
}

function bodyOf(body: HttpAnswer['body']): unknown {
  if (body === undefined || typeof body === 'string') return body;
  return body instanceof Uint8Array ? new StreamableFile(body) : new StreamableFile(Readable.from(body));
}
