import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { cache } from 'hono/cache';
import { CONTENT_TYPE, PAGE, PATH } from '../page.ts';
import { memoryCaches } from './memory-caches.ts';
import { countHandled, serve } from './serve.ts';

Object.assign(globalThis, { caches: memoryCaches() });

const page = PAGE.toString();
const app = new Hono();

app.get(PATH, cache({ cacheName: 'pages', cacheControl: 'max-age=3600', wait: true }), (c) => {
  countHandled();
  return c.body(page, 200, { 'Content-Type': CONTENT_TYPE });
});
// oxlint-disable-next-line typescript/no-misused-promises -- it handles its own failures
serve(getRequestListener(app.fetch));
