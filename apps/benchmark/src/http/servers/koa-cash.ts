import Koa from 'koa';
import cash from 'koa-cash';
import { LRUCache } from 'lru-cache';
import { PAGE, PATH } from '../page.ts';
import { countHandled, serve } from './serve.ts';

const page = PAGE.toString();
const app = new Koa();
const stored = new LRUCache<string, object>({ max: 1_000 });

app.use(cash({ get: (key) => stored.get(key), set: (key, value) => void stored.set(key, value) }));
app.use(async (context) => {
  const { cashed } = context as unknown as { readonly cashed: () => Promise<boolean> };
  if (context.path !== PATH || (await cashed())) return;
  countHandled();
  context.type = 'html';
  context.body = page;
});
const handle = app.callback();
serve((request, response) => void handle(request, response));
