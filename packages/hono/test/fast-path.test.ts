import { attachCache } from '@cache/core/node';
import { listening } from '@cache/core/testing';
import { cacheResponse } from '@cache/hono';
import { createAdaptorServer } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import type { Server } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { type Ask, testCache } from './support/site.ts';

const TEXT = 'a city by the sea, '.repeat(200);

async function fastSite(...above: MiddlewareHandler[]): Promise<{ ask: Ask; entered: () => number }> {
  const { cache } = testCache();
  let entered = 0;
  const app = new Hono();
  app.use(
    async (_c, next) => {
      entered += 1;
      await next();
    },
    ...above,
  );
  app.get('/', cacheResponse(cache, { fastPath: true }), (c) => c.text(TEXT));
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  attachCache(server, cache);
  const site = await listening(server);
  onTestFinished(() => site.close());
  return { ask: (path, init) => fetch(`${site.url}${path}`, init), entered: () => entered };
}

it('has the fields that middleware above the cache set', async () => {
  const { ask, entered } = await fastSite(async (c, next) => {
    c.header('X-Before', 'yes');
    await next();
    c.res.headers.set('X-After', 'yes');
  });
  for (let time = 0; time < 3; time += 1) await (await ask('/')).text();
  const before = entered();
  const fast = await ask('/');
  expect([await fast.text(), entered()]).toEqual([TEXT, before]);
  expect([fast.headers.get('x-before'), fast.headers.get('x-after')]).toEqual(['yes', 'yes']);
});

it('does not know bodies that middleware above the cache has changed', async () => {
  const { ask, entered } = await fastSite(compress());
  const init = { headers: { 'Accept-Encoding': 'gzip' } };
  for (let time = 1; time <= 5; time += 1) {
    const response = await ask('/', init);
    expect([response.headers.get('content-encoding'), await response.text(), entered()]).toEqual(['gzip', TEXT, time]);
  }
});
