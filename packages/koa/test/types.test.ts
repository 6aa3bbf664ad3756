import Router from '@koa/router';
import { createCache } from '@cache/core';
import { cacheResponse, type HoleRequest, type ResponseControls } from '@cache/koa';
import Koa, { type Context, type Middleware } from 'koa';
import { expectTypeOf, test } from 'vitest';

test('the middleware fits an app and a router, and leaves what the context of a handler has', () => {
  const cached = cacheResponse(createCache(), { maxAge: '5m' });
  const router = new Router<{ readonly theme: string }>();
  router.get('/cities/:id', cached, (ctx) => {
    expectTypeOf(ctx.params['id']).toEqualTypeOf<string | undefined>();
    expectTypeOf(ctx.state.theme).toEqualTypeOf<string>();
  });
  new Koa<{ readonly theme: string }>().use(cached).use((ctx) => {
    expectTypeOf(ctx.state.theme).toEqualTypeOf<string>();
  });
});

test('the default state has what middleware says about its response', () => {
  new Koa().use(cacheResponse(createCache())).use((ctx) => {
    expectTypeOf(ctx.state.cache).toEqualTypeOf<ResponseControls | undefined>();
  });
});

test('functions that fill holes are given the context', () => {
  const cached = cacheResponse(createCache(), { holes: { greeting: ({ context }) => context.ip } });
  expectTypeOf(cached).toEqualTypeOf<Middleware>();
  const greeting = ({ context }: HoleRequest<Context>): string => context.ip;
  cacheResponse(createCache(), { holes: { greeting } });
});
