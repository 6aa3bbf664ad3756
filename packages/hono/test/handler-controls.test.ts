import { cacheControl, cacheResponse, neverCache, varyOn } from '@cache/hono';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { type Ask, asFunction, said, testCache } from './support/site.ts';

async function twice(ask: Ask, path = '/', init?: RequestInit): Promise<Response> {
  await (await ask(path, init)).text();
  return ask(path, init);
}

describe('c.var.cache', () => {
  it('gives the response tags', async () => {
    const { cache } = testCache();
    let runs = 0;
    const app = new Hono().get('/', cacheResponse(cache), (c) => {
      c.var.cache.addTags('front');
      return c.text(`run ${(runs += 1)}`);
    });
    const { ask } = asFunction(app);
    expect(await (await twice(ask)).text()).toBe('run 1');
    await cache.invalidateTags(['front']);
    expect(await (await ask('/')).text()).toBe('run 2');
  });

  it('limits its lifetime', async () => {
    const { cache } = testCache();
    const app = new Hono().get('/', cacheResponse(cache), (c) => {
      c.var.cache.limitLifetime('10s');
      return c.text('page');
    });
    expect(said(await twice(asFunction(app).ask))).toBe('hit; ttl=10');
  });

  it('keeps it out of every cache', async () => {
    const { cache } = testCache();
    const app = new Hono().get('/', cacheResponse(cache), (c) => {
      c.var.cache.neverCache();
      return c.text('page');
    });
    const response = await twice(asFunction(app).ask);
    expect([response.headers.get('cache-control'), said(response)?.startsWith('hit')]).toEqual(['no-store', false]);
  });

  it('says what it differs by, and how long it lives', async () => {
    const { cache } = testCache();
    const app = new Hono().get('/', cacheResponse(cache), (c) => {
      c.header('Vary', 'Origin');
      c.var.cache.varyOn('X-Currency', 'origin');
      c.var.cache.cacheControl({ sMaxAge: '1m', maxAge: '10s' });
      return c.text(`in ${c.req.header('X-Currency')}`);
    });
    const { ask } = asFunction(app);
    for (const currency of ['EUR', 'USD', 'EUR']) {
      const response = await twice(ask, '/', { headers: { 'X-Currency': currency } });
      expect([await response.text(), said(response)]).toEqual([`in ${currency}`, 'hit; ttl=60']);
      expect(response.headers.get('vary')).toBe('Origin, X-Currency');
      expect(response.headers.get('cache-control')).toBe('max-age=10, s-maxage=60');
    }
  });

  it('is there past the cache, too', async () => {
    const { cache } = testCache();
    const app = new Hono().post('/', cacheResponse(cache), (c) => {
      c.var.cache.cacheControl({ noStore: true });
      return c.text('posted');
    });
    const response = await asFunction(app).ask('/', { method: 'POST' });
    expect([response.headers.get('cache-control'), said(response)]).toEqual(['no-store', 'fwd=method']);
  });
});

describe('middleware below the cache', () => {
  it('neverCache keeps everything below out of every cache, a Response of the handler too', async () => {
    const { cache } = testCache();
    const app = new Hono();
    app.use(cacheResponse(cache));
    app.use('/account/*', neverCache());
    app.get('/account/own', () => new Response('own'));
    app.get('/account/said', (c) => c.text('said', 200, { 'Cache-Control': 'private, max-age=5' }));
    const { ask } = asFunction(app);
    for (const [path, control] of [
      ['/account/own', 'no-store'],
      ['/account/said', 'private, max-age=5'],
    ] as const) {
      const response = await twice(ask, path);
      expect([response.headers.get('cache-control'), said(response)?.startsWith('hit')]).toEqual([control, false]);
    }
  });

  it('varyOn and cacheControl say what the handler does not', async () => {
    const { cache } = testCache();
    const app = new Hono();
    app.use(cacheResponse(cache), varyOn('X-Currency'), cacheControl({ sMaxAge: '1m' }));
    app.get('/', (c) => c.text(`in ${c.req.header('X-Currency')}`, 200, { Vary: 'Accept' }));
    const { ask } = asFunction(app);
    for (const currency of ['EUR', 'USD']) {
      const response = await twice(ask, '/', { headers: { 'X-Currency': currency } });
      expect([await response.text(), said(response)]).toEqual([`in ${currency}`, 'hit; ttl=60']);
      expect(response.headers.get('vary')).toBe('Accept, X-Currency');
    }
    expect(() => varyOn()).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
    expect(() => cacheControl({ public: true, private: true })).toThrow(/private/);
  });
});
