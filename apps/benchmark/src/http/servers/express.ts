import express from 'express';
import { PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

const page = PAGE.toString();
const app = express();

app.get(PATH, (_request, response) => {
  countHandled();
  response.type('html').send(page);
});
serve(app);
