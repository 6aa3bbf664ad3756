import { createCache } from '@cache/core';
import express, { type Request } from 'express';
import { expectTypeOf, it } from 'vitest';
import { type CacheMiddleware, cacheResponse, type HoleRequest, type ResponsePolicy } from '../src/index.ts';

it('leaves the types of the handler beside it alone', () => {
  const app = express();
  app.use(cacheResponse(createCache()));
  app.get('/cities/:id', cacheResponse(createCache(), { maxAge: '5m' }), (request, response) => {
    expectTypeOf(request.params.id).toEqualTypeOf<string>();
    response.json({});
  });
});

it('gives functions that fill holes the request of Express, or of the application', () => {
  type Visit = Request & { readonly session: { readonly name: string } };
  const holes = { greeting: ({ context, header }: HoleRequest<Visit>) => context.session.name + header('cookie') };
  express().use(cacheResponse(createCache(), { holes }));
  const greeting = ({ header }: HoleRequest): string => String(header('cookie'));
  express().use(cacheResponse(createCache(), { holes: { greeting } }));
  const policy: ResponsePolicy<Request> = {
    holes: {
      greeting({ context, signal }) {
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        return context.ip ?? '';
      },
    },
  };
  expectTypeOf(cacheResponse(createCache(), policy)).toEqualTypeOf<CacheMiddleware>();
  cacheResponse(createCache(), { holes: { greeting: ({ context }) => context.ip ?? '' } });
});
