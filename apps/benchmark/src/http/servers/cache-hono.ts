import { createCache } from '@cache/core';
import { cacheResponse } from '@cache/hono';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { CONTENT_TYPE, PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

const page = PAGE.toString();
const app = new Hono();

app.get(PATH, cacheResponse(createCache(), { maxAge: '1h' }), (c) => {
  countHandled();
  return c.body(page, 200, { 'Content-Type': CONTENT_TYPE });
});
// oxlint-disable-next-line typescript/no-misused-promises -- it handles its own failures
serve(getRequestListener(app.fetch));
