import { createCache } from '@cache/core';
import express from 'express';
import { expectTypeOf, it } from 'vitest';
import { cacheResponse } from '../src/index.ts';

it('leaves the types of the handler beside it alone', () => {
  const app = express();
  app.use(cacheResponse(createCache()));
  app.get('/cities/:id', cacheResponse(createCache(), { maxAge: '5m' }), (request, response) => {
    expectTypeOf(request.params.id).toEqualTypeOf<string>();
    response.json({});
  });
});
