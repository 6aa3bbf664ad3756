import { createCache } from '@cache/core';
import { cacheResponse } from '@cache/express';
import express from 'express';
import { PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

const page = PAGE.toString();
const app = express();

app.get(PATH, cacheResponse(createCache(), { maxAge: '1h' }), (_request, response) => {
  countHandled();
  response.type('html').send(page);
});
serve(app);
