import { cacheResponse } from '@cache/hono';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { describe, expect, it } from 'vitest';
import { type Ask, asFunction, onNode, said, testCache, until } from './support/site.ts';

const STALE = { maxAge: '1m', staleWhileRevalidate: '1h' } as const;

const platforms: [string, (app: Hono) => Promise<{ ask: Ask }>][] = [
  ['as a function', async (app) => asFunction(app)],
  ['on Node', onNode],
];

describe.each(platforms)('a refresh, %s', (_platform, start) => {
  it('runs what is below the cache once more, with its parameters and without the first answer', async () => {
    const { cache, clock } = testCache();
    let runs = 0;
    let above = 0;
    const app = new Hono();
    app.use(async (c, next) => {
      above += 1;
      c.header('X-Above', String(above));
      await next();
    });
    app.get('/cities/:id', cacheResponse(cache, STALE), async (c, next) => {
      await next();
      c.header('X-Middle', c.req.param('id'));
    });
    app.get('/cities/:id', (c) => {
      runs += 1;
      if (runs === 1) c.header('X-First', 'yes');
      return c.text(`city ${c.req.param('id')}, run ${runs}`);
    });
    const { ask } = await start(app);

    await (await ask('/cities/5')).text();
    clock.advance(61_000);
    const stale = await ask('/cities/5');
    expect([await stale.text(), said(stale)]).toEqual(['city 5, run 1', 'hit; ttl=-1']);
    await until(async () => (await (await ask('/cities/5')).text()) === 'city 5, run 2');

    const fresh = await ask('/cities/5');
    expect([await fresh.text(), said(fresh), runs]).toEqual(['city 5, run 2', 'hit; ttl=60', 2]);
    expect(['x-first', 'x-middle', 'x-above', 'age'].map((name) => fresh.headers.get(name))).toEqual([
      null,
      '5',
      String(above),
      '0',
    ]);
  });

  it('keeps the renderer and the variables of middleware above the cache', async () => {
    const { cache, clock } = testCache();
    let runs = 0;
    const app = new Hono<{ Variables: { name: string } }>();
    app.use(async (c, next) => {
      c.set('name', 'Atlas');
      c.setRenderer((content) => c.html(`<main>${content as string}</main>`));
      await next();
    });
    app.get('/', cacheResponse(cache, STALE), (c) => c.render(`${c.var.name} ${(runs += 1)}`));
    const { ask } = await start(app as unknown as Hono);
    await (await ask('/')).text();
    clock.advance(61_000);
    await (await ask('/')).text();
    await until(async () => (await (await ask('/')).text()).includes('2'));
    expect(await (await ask('/')).text()).toBe('<main>Atlas 2</main>');
  });

  it('waits for middleware above the cache that still has to do with the answer', async () => {
    const { cache, clock } = testCache();
    let runs = 0;
    const app = new Hono();
    app.use(async (c, next) => {
      await next();
      // As slow as saving a session.
      await new Promise((resolve) => setTimeout(resolve, 20));
      c.header('X-Saved', 'yes');
      c.header('X-Run', String(runs));
    });
    app.get('/', cacheResponse(cache, STALE), (c) => c.text(`run ${(runs += 1)}`));
    const { ask } = await start(app);
    await (await ask('/')).text();
    clock.advance(61_000);
    const stale = await ask('/');
    expect([await stale.text(), stale.headers.get('x-saved'), stale.headers.get('x-run')]).toEqual([
      'run 1',
      'yes',
      '1',
    ]);
    expect(stale.headers.get('cache-status')).toBe('cache; hit; ttl=-1');
    await until(async () => (await (await ask('/')).text()) === 'run 2');
    expect(runs).toBe(2);
  });

  it('comes after a 304 and after an answer that is compressed', async () => {
    const { cache, clock } = testCache();
    let runs = 0;
    const text = 'a city by the sea, '.repeat(200);
    const app = new Hono();
    app.use(compress());
    app.get('/', cacheResponse(cache, STALE), (c) => c.text(`${(runs += 1)} ${text}`, 200, { ETag: '"v1"' }));
    const { ask } = await start(app);
    await (await ask('/')).text();

    clock.advance(61_000);
    const unchanged = await ask('/', { headers: { 'If-None-Match': '"v1"' } });
    expect(unchanged.status).toBe(304);
    await unchanged.text();
    await until(() => runs === 2);
    await until(async () => said(await ask('/', { method: 'HEAD' })) === 'hit; ttl=60');

    clock.advance(61_000);
    await (await ask('/', { headers: { 'Accept-Encoding': 'gzip' } })).arrayBuffer();
    await until(() => runs === 3);
  });

  it('takes nothing of the client along, and is not stopped when it leaves', async () => {
    const { cache, clock } = testCache();
    const seen: unknown[] = [];
    const app = new Hono();
    app.get('/', cacheResponse(cache, { ...STALE, cookies: [] }), async (c) => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push([c.req.header('Cookie'), c.req.raw.headers.get('cookie'), c.req.raw.signal.aborted]);
      return c.text(`run ${seen.length}`);
    });
    const { ask } = await start(app);
    const headers = { Cookie: 'session=secret' };
    await (await ask('/', { headers })).text();
    clock.advance(61_000);
    const client = new AbortController();
    const stale = await ask('/', { headers, signal: client.signal });
    await stale.text();
    client.abort();
    await until(async () => (await (await ask('/')).text()) === 'run 2');
    expect(seen).toEqual([
      [undefined, null, false],
      [undefined, null, false],
    ]);
  });

  it('that fails is handled by onError and leaves the stale page', async () => {
    const { cache, clock } = testCache();
    const handled: string[] = [];
    let fails = false;
    const app = new Hono().onError((error, c) => {
      handled.push(error.message);
      return c.text('sorry', 500);
    });
    app.get('/', cacheResponse(cache, STALE), (c) => {
      if (fails) throw new Error('no database');
      return c.text('page');
    });
    const { ask } = await start(app);
    await (await ask('/')).text();
    clock.advance(61_000);
    fails = true;
    await (await ask('/')).text();
    await until(() => handled.length > 0);
    expect(handled).toEqual(['no database']);
    expect(await (await ask('/')).text()).toBe('page');
  });
});

it('is given to the platform to wait for', async () => {
  const { cache, clock } = testCache();
  let runs = 0;
  const app = new Hono();
  app.get('/', cacheResponse(cache, STALE), (c) => c.text(`run ${(runs += 1)}`));
  const { ask, settle } = asFunction(app);
  await (await ask('/')).text();
  clock.advance(61_000);
  await (await ask('/')).text();
  await settle();
  expect(await (await ask('/')).text()).toBe('run 2');
});
