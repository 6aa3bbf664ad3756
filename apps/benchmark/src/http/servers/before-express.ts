import { createCache } from '@cache/core';
import { createNodeHandler } from '@cache/core/node';
import express from 'express';
import { PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

const page = PAGE.toString();
const app = express();
const cached = createNodeHandler(createCache(), { maxAge: '1h' });

app.get(PATH, (_request, response) => {
  countHandled();
  response.type('html').send(page);
});
serve((request, response) => {
  const next = (): void => {
    app(request, response);
  };
  cached({ request, response, next, url: request.url ?? '/', identified: false });
});
