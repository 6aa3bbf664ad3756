import { gunzipSync } from 'node:zlib';
import { cacheResponse } from '@cache/hono';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import { timing } from 'hono/timing';
import { expect, it } from 'vitest';
import { asFunction, said, testCache } from './support/site.ts';

it('keeps what it sets before and after, on a hit as on a miss', async () => {
  const { cache } = testCache();
  let requests = 0;
  const app = new Hono();
  app.use(secureHeaders(), timing(), cors({ origin: 'http://shop.example' }), async (c, next) => {
    c.header('X-Request-Id', String((requests += 1)));
    await next();
    c.header('X-After', 'yes');
  });
  app.get('/', cacheResponse(cache), (c) => c.text('page', 200, { Vary: 'Accept', 'X-Own': 'own' }));
  const { ask } = asFunction(app);

  const headers = { Origin: 'http://shop.example' };
  const miss = await ask('/', { headers });
  await miss.text();
  const hit = await ask('/', { headers });

  expect([said(miss), said(hit), requests]).toEqual(['fwd=uri-miss; stored', 'hit; ttl=300', 2]);
  for (const [index, response] of [miss, hit].entries()) {
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-request-id': String(index + 1),
      'x-after': 'yes',
      'x-own': 'own',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': 'http://shop.example',
      'server-timing': expect.stringContaining('total') as string,
    });
    expect(new Set(response.headers.get('vary')?.split(', '))).toEqual(new Set(['Origin', 'Accept']));
  }
});

it('is not confused by an early look at the response', async () => {
  const { cache } = testCache();
  const app = new Hono();
  app.use(async (c, next) => {
    c.res.headers.set('X-Above', 'above');
    c.res.headers.set('X-Both', 'above');
    await next();
  });
  app.get('/', cacheResponse(cache), (c) => c.text('page', 200, { 'X-Own': 'own' }));
  const { ask } = asFunction(app);
  for (const response of [await ask('/'), await ask('/')]) {
    expect(await response.text()).toBe('page');
    expect(['x-above', 'x-both', 'x-own'].map((name) => response.headers.get(name))).toEqual(['above', 'above', 'own']);
  }
});

it('lets a handler that sets a field have the last word, on a hit too', async () => {
  const { cache } = testCache();
  const app = new Hono();
  app.use(async (c, next) => {
    c.header('X-Both', 'above');
    c.header('X-Only', 'above');
    await next();
  });
  app.get('/', cacheResponse(cache), (c) => c.text('page', 200, { 'X-Both': 'own' }));
  const { ask } = asFunction(app);
  for (const response of [await ask('/'), await ask('/')]) {
    await response.text();
    expect([response.headers.get('x-both'), response.headers.get('x-only')]).toEqual(['own', 'above']);
  }
});

it.each(['above', 'below'])('compresses %s the cache, for clients that want it and no others', async (place) => {
  const { cache } = testCache();
  const text = 'a city by the sea, '.repeat(200);
  const app = new Hono();
  const middleware = [compress(), cacheResponse(cache)];
  app.use(...(place === 'above' ? middleware : middleware.toReversed()));
  app.get('/', (c) => c.text(text));
  const { ask } = asFunction(app);
  for (let time = 0; time < 2; time += 1) {
    const coded = await ask('/', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(coded.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(new Uint8Array(await coded.arrayBuffer())).toString()).toBe(text);
    const plain = await ask('/');
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, text]);
    expect(plain.headers.get('vary')?.toLowerCase()).toBe('accept-encoding');
  }
  const headers = { 'Accept-Encoding': 'gzip' };
  expect([said(await ask('/', { headers })), said(await ask('/'))]).toEqual(['hit; ttl=300', 'hit; ttl=300']);
});

it('answers conditions above the cache', async () => {
  const { cache } = testCache();
  const app = new Hono();
  app.use(etag());
  app.get('/', cacheResponse(cache), (c) => c.text('page'));
  const { ask } = asFunction(app);
  await ask('/');
  await new Promise((resolve) => setImmediate(resolve));
  const tag = (await ask('/')).headers.get('etag') ?? '';
  const again = await ask('/', { headers: { 'If-None-Match': tag } });
  expect([again.status, again.body]).toEqual([304, null]);
});

it('may look at the client’s request afterwards: what a log reads is nothing that the page depends on', async () => {
  const { cache } = testCache();
  const log: (string | undefined)[] = [];
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    log.push(c.req.header('User-Agent'), c.req.header('Cookie'), c.req.query('utm'));
  });
  app.get('/', cacheResponse(cache, { cookies: [], query: { ignore: ['utm'] } }), (c) => {
    log.push(c.req.header('Cookie'), c.req.query('utm'));
    return c.text('page');
  });
  const { ask } = asFunction(app);
  const headers = { 'User-Agent': 'tests', Cookie: 'a=1' };
  await (await ask('/?utm=mail', { headers })).text();
  const hit = await ask('/', { headers });
  expect(said(hit)).toBe('hit; ttl=300');
  expect(log).toEqual([undefined, undefined, 'tests', 'a=1', 'mail', 'tests', 'a=1', undefined]);
});

it('finds no answer that others were given, when the cache stands below another one', async () => {
  const { cache } = testCache();
  const app = new Hono();
  app.use(cacheResponse(cache.namespace('outer')), cacheResponse(cache.namespace('inner')));
  app.get('/', (c) => c.text(`key ${c.req.header('X-Api-Key') ?? 'none'}`));
  const { ask } = asFunction(app);
  expect(await (await ask('/', { headers: { 'X-Api-Key': 'mine' } })).text()).toBe('key mine');
  expect(await (await ask('/')).text()).toBe('key none');
});
