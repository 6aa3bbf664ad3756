import 'reflect-metadata';
import { CacheModule, CacheResponseInterceptor } from '@cache/nestjs';
import { All, Controller, type DynamicModule, Inject, Req, Res } from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Request, type RequestHandler } from 'express';
import type { RequestListener, ServerResponse } from 'node:http';
import type { Forward } from '../forward/forward.ts';
import type { ServerParts } from './parts.ts';

const FORWARD = Symbol('what passes a request on');

@Controller()
class GatewayController {
  readonly #forward: Forward;

  constructor(@Inject(FORWARD) forward: Forward) {
    this.#forward = forward;
  }

  @All('{*path}')
  pass(@Req() request: Request, @Res() response: ServerResponse): void {
    request.url = request.originalUrl;
    this.#forward(request, response);
  }
}

class GatewayModule {
  static of({ forward, cached }: ServerParts): DynamicModule {
    const provider = { provide: FORWARD, useValue: forward };
    const module = { module: GatewayModule, controllers: [GatewayController] };
    if (cached === undefined) return { ...module, providers: [provider] };
    return {
      ...module,
      imports: [CacheModule.forRoot({ caches: { default: cached.cache }, responses: cached.policy })],
      providers: [provider, { provide: APP_INTERCEPTOR, useClass: CacheResponseInterceptor }],
    };
  }
}

/** The gateway as a NestJS application on Express. */
export async function createNestListener(parts: ServerParts): Promise<RequestListener> {
  const listener = express();
  listener.disable('x-powered-by');
  listener.disable('etag');
  listener.use(routeAnything);
  const options = { bodyParser: false, logger: ['error', 'warn'] as ('error' | 'warn')[] };
  const app = await NestFactory.create(GatewayModule.of(parts), new ExpressAdapter(listener), options);
  await app.init();
  return listener;
}

/** What the router could not read is passed on all the same: it finds the route by another path. */
const routeAnything: RequestHandler = (request, _response, next) => {
  if (!isReadable(request.path)) request.url = '/';
  next();
};

function isReadable(path: string): boolean {
  try {
    return decodeURIComponent(path).startsWith('/');
  } catch {
    return false;
  }
}
