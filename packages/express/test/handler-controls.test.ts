import type { ResponsePolicy } from '@cache/core/node';
import { cacheControl, cacheResponse, neverCache, varyOn } from '@cache/express';
import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('what a handler says about its response on $version', ({ express }) => {
  async function start(handlers: readonly RequestHandler[], policy: ResponsePolicy = {}) {
    const { cache, clock } = testCache();
    const app = express();
    app.get('/', cacheResponse(cache, policy), ...handlers);
    return { cache, clock, site: await startSite(app) };
  }

  it('tags and a lifetime, through res.locals.cache', async () => {
    const page = counted((_request, response, run) => {
      response.locals.cache?.addTags('a', 'b');
      response.locals.cache?.limitLifetime('7s');
      response.send(`page ${run}`);
    });
    const { cache, site } = await start([page.handler]);

    await site.get('/');
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=7');
    await cache.invalidateTags(['b']);
    expect((await site.get('/')).text).toBe('page 2');
  });

  it('nothing to its view, in which `cache` would have Express keep templates in development', async () => {
    const { cache } = testCache();
    const app = express().set('views', import.meta.dirname);
    app.engine('ts', (_path: string, options: object, done: (error: unknown, text: string) => void) => {
      done(null, JSON.stringify((options as { cache: unknown }).cache));
    });
    app.get('/', cacheResponse(cache), (_request, response) => response.render('handler-controls.test.ts'));
    expect((await (await startSite(app)).get('/')).text).toBe('false');
  });

  it('that nobody may store it', async () => {
    const page = counted((_request, response, run) => {
      response.locals.cache?.neverCache();
      response.send(`page ${run}`);
    });
    const { site } = await start([page.handler]);

    await site.get('/');
    const second = await site.get('/');
    expect([second.text, second.header('cache-control'), second.cacheStatus]).toEqual([
      'page 2',
      'no-store',
      'fwd=uri-miss; detail=no-store',
    ]);
  });

  it('that nobody may store it, even if the field is set anew for browsers', async () => {
    const page = counted((_request, response, run) => {
      response.locals.cache?.neverCache();
      response.set('Cache-Control', 'max-age=60').send(`page ${run}`);
    });
    const { site } = await start([page.handler]);

    await site.get('/');
    expect((await site.get('/')).text).toBe('page 2');
  });

  it('what it differs by, and for how long it is good', async () => {
    const page = counted((request, response) => {
      response.vary('Accept-Language');
      response.locals.cache?.varyOn('X-Currency', 'accept-language');
      response.locals.cache?.cacheControl({ maxAge: '5s', sMaxAge: '20s' });
      response.send(`in ${request.get('x-currency')}`);
    });
    const { site } = await start([page.handler]);

    for (const currency of ['eur', 'usd', 'eur', 'usd']) {
      const answer = await site.get('/', { headers: { 'x-currency': currency } });
      expect([answer.text, answer.header('vary'), answer.header('cache-control')]).toEqual([
        `in ${currency}`,
        'Accept-Language, X-Currency',
        'max-age=5, s-maxage=20',
      ]);
    }
    expect(page.count).toBe(2);
    expect((await site.get('/', { headers: { 'x-currency': 'eur' } })).cacheStatus).toBe('hit; ttl=20');
  });

  it('also where the request goes past the cache, and not where there is none', async () => {
    const { cache } = testCache();
    const seen: boolean[] = [];
    const page: RequestHandler = (_request, response) => {
      seen.push(response.locals.cache !== undefined);
      response.locals.cache?.neverCache();
      response.end();
    };
    const app = express().get('/cached', cacheResponse(cache), page).get('/plain', page);
    const site = await startSite(app);
    const headers = { authorization: 'Bearer ann' };

    expect((await site.get('/cached', { headers })).header('cache-control')).toBe('no-store');
    expect((await site.get('/plain')).header('cache-control')).toBeUndefined();
    expect(seen).toEqual([true, false]);
  });

  it('by middleware: neverCache, whatever the handler says to browsers', async () => {
    const { cache } = testCache();
    const page = counted((request, response, run) => {
      if (request.path === '/never/own') response.set('Cache-Control', 'max-age=60');
      response.send(`page ${run}`);
    });
    const app = express().use(cacheResponse(cache)).use('/never', neverCache()).use(page.handler);
    const site = await startSite(app);

    for (const [path, told] of [
      ['/never', 'no-store'],
      ['/never/own', 'max-age=60'],
    ] as const) {
      const [first, second] = [await site.get(path), await site.get(path)];
      expect([first.text === second.text, second.header('cache-control')]).toEqual([false, told]);
    }
    expect([(await site.get('/else')).text, (await site.get('/else')).text]).toEqual(['page 5', 'page 5']);
  });

  it('by middleware: varyOn and cacheControl', async () => {
    const page = counted((request, response) => response.send(`in ${request.get('x-currency')}`));
    const { site } = await start([varyOn('X-Currency'), cacheControl({ maxAge: '9s' }), page.handler]);

    for (const currency of ['eur', 'usd', 'eur', 'usd']) {
      expect((await site.get('/', { headers: { 'x-currency': currency } })).text).toBe(`in ${currency}`);
    }
    expect(page.count).toBe(2);
    const hit = await site.get('/', { headers: { 'x-currency': 'eur' } });
    expect([hit.cacheStatus, hit.header('cache-control')]).toEqual(['hit; ttl=9', 'max-age=9']);
  });

  it('again in the background', async () => {
    const page = counted((_request, response, run) => {
      response.locals.cache?.addTags(`run-${run}`);
      response.send(`page ${run}`);
    });
    const { cache, clock, site } = await start([page.handler], { maxAge: '1m', staleWhileRevalidate: '1m' });
    await site.get('/');
    clock.advance(61_000);
    await site.get('/');
    await expect.poll(async () => (await site.get('/')).text).toBe('page 2');

    await cache.invalidateTags(['run-2']);
    expect((await site.get('/')).text).toBe('page 3');
  });
});

describe('the helpers', () => {
  it.each([[[]], [['']], [['*']], [['a b']]])('refuse %j as fields to vary on', (fields) => {
    expect(() => varyOn(...fields)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
  });

  it('refuse directives that contradict each other', () => {
    expect(() => cacheControl({ public: true, private: true })).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'public' }),
    );
  });
});

describe.each(expressVersions)('a policy for the whole app and one for a route on $version', ({ express }) => {
  async function start(own: ResponsePolicy, everywhere: ResponsePolicy = { maxAge: '1m' }) {
    const { cache, clock } = testCache();
    const page = counted((_request, response, run) => response.send(`page ${run}`));
    const app = express().use(cacheResponse(cache, everywhere));
    app.get('/own', cacheResponse(cache, own), page.handler).get('/plain', page.handler);
    const site = await startSite(app);
    return { cache, clock, page, site };
  }

  it.each([
    ['longer', '1h', 3600],
    ['shorter', '10s', 10],
  ] as const)('the one of the route decides: a %s lifetime', async (_which, maxAge, seconds) => {
    const { clock, site } = await start({ maxAge });
    await site.get('/own');
    await site.get('/plain');
    expect((await site.get('/own')).cacheStatus).toBe(`hit; ttl=${seconds}`);
    expect((await site.get('/plain')).cacheStatus).toBe('hit; ttl=60');
    clock.advance((seconds - 1) * 1000);
    expect((await site.get('/own')).text).toBe('page 1');
    clock.advance(1000);
    expect((await site.get('/own')).text).toBe('page 3');
  });

  it('the one of the route decides: what clients are told, and a stale answer while it is made anew', async () => {
    const { clock, site } = await start({ maxAge: '10s', staleWhileRevalidate: '1h', clientMaxAge: '5s' });
    await site.get('/own');
    expect((await site.get('/own')).header('cache-control')).toBe('max-age=5');
    clock.advance(20_000);
    expect((await site.get('/own')).text).toBe('page 1');
    await expect.poll(async () => (await site.get('/own')).text).toBe('page 2');
  });

  it('the one of the route decides: cookies, and conditions', async () => {
    const { site, page } = await start({ cookies: [], unless: ({ url }) => url.includes('preview') });
    const headers = { cookie: 'session=ann' };
    await site.get('/own', { headers });
    expect((await site.get('/own', { headers: { cookie: 'session=bob' } })).text).toBe('page 1');
    for (const run of [2, 3]) expect((await site.get('/own?preview')).text).toBe(`page ${run}`);
    expect(page.count).toBe(3);
  });
});
