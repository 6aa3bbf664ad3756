import { createCache } from '@cache/core';
import { type CacheEnv, cacheResponse, type ResponseControls } from '@cache/hono';
import { Hono, type MiddlewareHandler } from 'hono';
import { hc } from 'hono/client';
import { expect, expectTypeOf, it } from 'vitest';

it('leaves parameters, variables and answers as they are, and adds the cache', () => {
  const app = new Hono<{ Variables: { user: { id: number } } }>().get(
    '/cities/:id',
    cacheResponse(createCache()),
    (c) => {
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>();
      expectTypeOf(c.var.cache).toEqualTypeOf<ResponseControls>();
      expectTypeOf(c.get('user')).toEqualTypeOf<{ id: number }>();
      return c.json({ name: 'Lisbon' });
    },
  );
  const client = hc<typeof app>('http://localhost');
  expectTypeOf(client.cities[':id'].$get).returns.resolves.toHaveProperty('json');
  // @ts-expect-error -- there is no such option
  expect(() => cacheResponse(createCache(), { maxage: '5m' })).toThrow('maxage');
});

it('gives functions that fill holes the context', () => {
  const cached = cacheResponse(createCache(), { holes: { greeting: ({ context }) => context.req.path } });
  expectTypeOf(cached).toEqualTypeOf<MiddlewareHandler<CacheEnv>>();
});
