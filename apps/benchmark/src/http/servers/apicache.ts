import { createRequire } from 'node:module';
import express, { type RequestHandler } from 'express';
import { PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

interface Apicache {
  middleware(duration: string): RequestHandler;
}

const apicache = createRequire(import.meta.url)('apicache') as Apicache;
const page = PAGE.toString();
const app = express();

app.get(PATH, apicache.middleware('1 hour'), (_request, response) => {
  countHandled();
  response.type('html').send(page);
});
serve(app);
