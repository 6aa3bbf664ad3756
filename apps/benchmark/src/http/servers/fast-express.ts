import { createCache } from '@cache/core';
import { cachedListener } from '@cache/core/node';
import { cacheResponse } from '@cache/express';
import express from 'express';
import { PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

const page = PAGE.toString();
const app = express();
const cache = createCache();
app.disable('x-powered-by');

app.get(PATH, cacheResponse(cache, { maxAge: '1h', fastPath: true }), (_request, response) => {
  countHandled();
  response.type('html').send(page);
});
serve(cachedListener(app, cache));
