import { addTags } from '@cache/core';
import { cacheResponse } from '@cache/express';
import type { ErrorRequestHandler, Request } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { arrivals, controlledHandler, counted } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('mounting on $version', ({ express }) => {
  it('caches one route and leaves the others alone', async () => {
    const { cache } = testCache();
    const page = counted((request, response, run) => response.send(`${request.path} ${run}`));
    const app = express();
    app.get('/cached/:id', cacheResponse(cache), page.handler);
    app.get('/plain', page.handler);
    const site = await startSite(app);

    expect([(await site.get('/cached/1')).text, (await site.get('/cached/1')).text]).toEqual([
      '/cached/1 1',
      '/cached/1 1',
    ]);
    const plain = [await site.get('/plain'), await site.get('/plain')];
    expect(plain.map(({ text, cacheStatus }) => [text, cacheStatus])).toEqual([
      ['/plain 2', undefined],
      ['/plain 3', undefined],
    ]);
  });

  it('keys by the whole URL in routers under different prefixes', async () => {
    const { cache } = testCache();
    const page = counted((request, response) => response.send(request.baseUrl));
    const router = express.Router();
    router.use(cacheResponse(cache));
    router.get('/page', page.handler);
    const site = await startSite(express().use('/a', router).use('/b', router));

    for (let time = 0; time < 2; time += 1) {
      expect((await site.get('/a/page')).text).toBe('/a');
      expect((await site.get('/b/page')).text).toBe('/b');
    }
    expect(page.count).toBe(2);
  });

  it('keys by what middleware above the cache made of the URL, too', async () => {
    const { cache } = testCache();
    const page = counted((request, response) => response.send(request.url));
    const app = express().use((request, _response, next) => {
      if (request.headers['x-variant'] !== undefined) request.url = `/${String(request.headers['x-variant'])}`;
      next();
    });
    const site = await startSite(app.use(cacheResponse(cache), page.handler));
    const get = async (variant?: string): Promise<string> =>
      (await site.get('/x/page', variant === undefined ? {} : { headers: { 'x-variant': variant } })).text;

    for (let time = 0; time < 2; time += 1) {
      expect([await get('a'), await get('page'), await get()]).toEqual(['/a', '/page', '/x/page']);
    }
    expect(page.count).toBe(3);
  });

  it('caches a whole app, what nobody answers not included', async () => {
    const { cache } = testCache();
    const page = counted((request, response, run) => response.send(`${request.path} ${run}`));
    const app = express().use(cacheResponse(cache));
    app.get('/a', page.handler).get('/b', page.handler);
    const site = await startSite(app);

    for (let time = 0; time < 2; time += 1) {
      expect((await site.get('/a')).text).toBe('/a 1');
      expect((await site.get('/b')).text).toBe('/b 2');
      expect((await site.get('/c')).status).toBe(404);
    }
    expect(page.count).toBe(2);
  });

  it('takes up what an error handler answers, and stores none of it', async () => {
    const { cache } = testCache();
    const app = express().use(cacheResponse(cache));
    let runs = 0;
    app.get('/', () => {
      runs += 1;
      throw new Error(`broken ${runs}`);
    });
    const answerError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
      response.status(502).json({ error: error.message });
    };
    app.use(answerError);
    const site = await startSite(app);

    expect((await site.get('/')).text).toBe('{"error":"broken 1"}');
    expect((await site.get('/')).text).toBe('{"error":"broken 2"}');
  });

  it('holds different policies side by side in one cache', async () => {
    const { cache, clock } = testCache();
    const page = counted((_request, response, run) => response.send(String(run)));
    const app = express();
    app.get('/short', cacheResponse(cache, { maxAge: '10s' }), page.handler);
    app.get('/long', cacheResponse(cache, { maxAge: '1h', clientMaxAge: '1m' }), page.handler);
    const site = await startSite(app);
    await site.get('/short');
    await site.get('/long');

    clock.advance(10_000);
    const answers = [await site.get('/short'), await site.get('/long')];

    expect(answers.map(({ text, cacheStatus }) => [text, cacheStatus])).toEqual([
      ['3', 'fwd=uri-miss; stored'],
      ['2', 'hit; ttl=3590'],
    ]);
    expect(answers.map((answer) => answer.header('cache-control'))).toEqual(['no-cache', 'max-age=60']);
  });

  it('keeps apart what policies on the same URL key differently', async () => {
    const { cache } = testCache();
    const page = counted((request, response) => response.send(request.headers.cookie ?? 'none'));
    const app = express();
    const themed = cacheResponse(cache, { cookies: ['theme'] });
    const shared = cacheResponse(cache, { cookies: [] });
    app.use((request, response, next) =>
      (request.headers['x-shared'] === '1' ? shared : themed)(request, response, next),
    );
    const site = await startSite(app.use(page.handler));
    const get = async (sharedPage: string): Promise<string> =>
      (await site.get('/', { headers: { cookie: 'theme=dark', 'x-shared': sharedPage } })).text;

    expect([await get('0'), await get('1'), await get('0'), await get('1')]).toEqual([
      'theme=dark',
      'none',
      'theme=dark',
      'none',
    ]);
    expect(page.count).toBe(2);
  });

  it('never mixes the pages of two caches in one backend', async () => {
    const a = testCache({ name: 'a' }).cache;
    const b = testCache({ name: 'b' }).cache;
    const page = counted((_request, response, run) => response.send(String(run)));
    const app = express().use('/a', cacheResponse(a), page.handler).use('/b', cacheResponse(b), page.handler);
    const site = await startSite(app);

    expect((await site.get('/a')).header('cache-status')).toBe('a; fwd=uri-miss; stored');
    expect((await site.get('/b')).header('cache-status')).toBe('b; fwd=uri-miss; stored');
    expect([(await site.get('/a')).text, (await site.get('/b')).text]).toEqual(['1', '2']);
  });

  it('nests: a page under two middlewares of one cache is made once and invalidated once', async () => {
    const { cache } = testCache();
    const page = counted((_request, response, run) => {
      cache
        .getOrSet('a', () => 1, { tags: ['a'] })
        .then(() => response.send(`page ${run}`))
        .catch(() => response.sendStatus(500));
    });
    const app = express().use(cacheResponse(cache));
    app.get('/', cacheResponse(cache), page.handler);
    const site = await startSite(app);

    expect([(await site.get('/')).text, (await site.get('/')).text]).toEqual(['page 1', 'page 1']);
    expect((await site.get('/')).header('cache-status')).toMatch(/^cache; hit; ttl=300/);
    await cache.invalidateTags(['a']);
    expect((await site.get('/')).text).toBe('page 2');
    expect(page.count).toBe(2);
  });

  it('nests: an outer cache honours what the inner one says to clients, and follows its invalidations', async () => {
    const inner = testCache({ name: 'inner' }).cache;
    const outer = testCache({ name: 'outer' }).cache;
    const page = counted((_request, response, run) => {
      inner
        .getOrSet('a', () => 1, { tags: ['a'] })
        .then(() => response.send(`page ${run}`))
        .catch(() => response.sendStatus(500));
    });
    const app = express().use(cacheResponse(outer));
    app.get('/asking', cacheResponse(inner), page.handler);
    app.get('/reusing', cacheResponse(inner, { clientMaxAge: '1m' }), page.handler);
    const site = await startSite(app);

    await site.get('/asking');
    const asking = await site.get('/asking');
    expect(asking.header('cache-status')).toBe('inner; hit; ttl=300, outer; fwd=uri-miss; detail=no-cache');
    await site.get('/reusing');
    expect((await site.get('/reusing')).header('cache-status')).toBe('outer; hit; ttl=60');
    await inner.invalidateTags(['a']);
    expect((await site.get('/asking')).text).toBe('page 3');
    expect((await site.get('/reusing')).text).toBe('page 4');
  });

  it('nests: an outer cache that stored what the inner one had follows its invalidations', async () => {
    const inner = testCache({ name: 'inner' }).cache;
    const outer = testCache({ name: 'outer' }).cache;
    const page = counted((_request, response, run) => {
      addTags('a');
      response.send(`page ${run}`);
    });
    const app = express().use(cacheResponse(outer), cacheResponse(inner, { clientMaxAge: '1m' }), page.handler);
    const site = await startSite(app);
    await site.get('/');
    await outer.clear();
    expect((await site.get('/')).header('cache-status')).toBe('inner; hit; ttl=300, outer; fwd=uri-miss; stored');
    expect((await site.get('/')).header('cache-status')).toBe('outer; hit; ttl=60');

    await inner.invalidateTags(['a']);

    expect((await site.get('/')).text).toBe('page 2');
  });

  it('nests: what a handler read below two caches counts in both', async () => {
    const inner = testCache({ name: 'inner' }).cache;
    const outer = testCache({ name: 'outer' }).cache;
    const page = counted((request, response) => {
      response.set('Cache-Control', 'max-age=60').json([request.query['look'], look(request)]);
    });
    const look = (request: Request): unknown => {
      if (request.query['look'] === 'all') return { ...request.headers };
      if (request.query['look'] === 'raw') return request.rawHeaders;
      if (request.query['look'] === 'distinct') return request.headersDistinct;
      return request.get(request.originalUrl.replace(/^.*=/, ''));
    };
    const app = express().use(cacheResponse(outer));
    app.use('/x-tenant', cacheResponse(inner, { headers: ['x-tenant'] }), page.handler);
    app.use(cacheResponse(inner), page.handler);
    const site = await startSite(app);
    const ask = async (path: string, headers: Record<string, string>): Promise<[string, string]> => {
      const answer = await site.get(path, { headers });
      return [answer.text, answer.header('cache-status')?.split('outer; ')[1] ?? 'none'];
    };

    for (const name of ['x-api-key', 'all', 'raw', 'distinct', 'x-tenant', 'accept-language']) {
      const [ann, how] = await ask(`/${name}?look=${name}`, { [name]: 'ann', 'x-mark': 'ann' });
      const [bob] = await ask(`/${name}?look=${name}`, { [name]: 'bob', 'x-mark': 'bob' });
      expect(ann).toContain('ann');
      expect(bob).not.toContain('ann');
      const varied = ['x-tenant', 'accept-language'].includes(name);
      expect(`${name} ${how}`).toMatch(varied ? / fwd=(uri|vary)-miss; stored$/ : / fwd=uri-miss; detail=read:/);
    }
    expect(await ask('/accept-language?look=accept-language', { 'accept-language': 'bob' })).toEqual([
      '["accept-language","bob"]',
      'hit; ttl=60',
    ]);
  });

  it('shares one run among the routes that one middleware was given to', async () => {
    const { cache } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const middleware = cacheResponse(cache);
    const app = express().use(seen.middleware);
    app.get('/a', middleware, page.handler);
    app.get(/^\/a/, middleware, page.handler);
    const site = await startSite(app);

    const asked = [site.get('/a'), site.get('/a')];
    await seen.reach(2);
    (await page.run(0)).response.send('page');

    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['page', 'page']);
    expect(page.count).toBe(1);
  });
});
