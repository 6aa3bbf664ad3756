import { createCache } from '@cache/core';
import { cacheResponse } from '@cache/koa';
import Koa from 'koa';
import { PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

const page = PAGE.toString();
const app = new Koa();

app.use(cacheResponse(createCache(), { maxAge: '1h' }));
app.use((context) => {
  if (context.path !== PATH) return;
  countHandled();
  context.type = 'html';
  context.body = page;
});
const handle = app.callback();
serve((request, response) => void handle(request, response));
