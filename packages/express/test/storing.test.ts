import { cacheResponse } from '@cache/express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('storing responses on $version', ({ express }) => {
  it('answers the second request from the cache, equal but for the age and the cache status', async () => {
    const { cache, clock } = testCache();
    const page = counted((_request, response, run) => response.send(`page ${run}`));
    const app = express().get('/page', cacheResponse(cache), page.handler);
    const site = await startSite(app);

    const miss = await site.get('/page');
    clock.advance(17_000);
    const hit = await site.get('/page');

    expect(page.count).toBe(1);
    expect(miss.cacheStatus).toBe('fwd=uri-miss; stored');
    expect(hit.cacheStatus).toBe('hit; ttl=283');
    expect(hit.header('age')).toBe('17');
    expect(miss.header('age')).toBeUndefined();
    expect([hit.status, hit.text]).toEqual([200, 'page 1']);
    for (const name of ['content-type', 'content-length', 'etag', 'cache-control', 'vary']) {
      expect([name, hit.header(name)]).toEqual([name, miss.header(name)]);
    }
  });

  it.each([
    ['text', 'text/plain', 'Grüße, 世界'],
    ['JSON', 'application/json', { a: [1, null, 'ü'] }],
    ['nothing', 'text/plain', ''],
  ])('keeps %s', async (_kind, type, body) => {
    const { cache } = testCache();
    const page = counted((_request, response) => response.type(type).send(body));
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    const miss = await site.get('/');
    const hit = await site.get('/');

    expect(page.count).toBe(1);
    expect(hit.body).toEqual(miss.body);
    expect(hit.header('content-type')).toBe(miss.header('content-type'));
    expect(hit.header('content-length')).toBe(String(miss.body.length));
  });

  it('keeps every byte of a binary body', async () => {
    const { cache } = testCache();
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
    const page = counted((_request, response) => response.type('image/png').send(bytes));
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    await site.get('/image');
    const hit = await site.get('/image');

    expect(page.count).toBe(1);
    expect(hit.body.equals(bytes)).toBe(true);
    expect(hit.header('content-type')).toBe('image/png');
  });

  it.each([200, 203, 204, 300, 301, 308])('stores and repeats the status %i', async (status) => {
    const { cache } = testCache();
    const page = counted((_request, response) => response.status(status).location('/elsewhere').end());
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    await site.get('/');
    const hit = await site.get('/');

    expect(page.count).toBe(1);
    expect(hit.status).toBe(status);
    expect(hit.header('location')).toBe('/elsewhere');
    expect(hit.cacheStatus).toBe('hit; ttl=300');
  });

  it.each([400, 401, 403, 404, 405, 410, 414, 429, 451, 500, 501, 502, 503, 504, 206, 302, 307])(
    'does not store the status %i',
    async (status) => {
      const { cache } = testCache();
      const page = counted((_request, response) => response.status(status).send('sorry'));
      const site = await startSite(express().use(cacheResponse(cache), page.handler));

      const first = await site.get('/');
      const second = await site.get('/');

      expect(page.count).toBe(2);
      expect([first.status, second.status]).toEqual([status, status]);
      expect(first.cacheStatus).toBe('fwd=uri-miss; detail=status');
      expect(first.header('cache-control')).toBeUndefined();
    },
  );

  it('does not store an error even if it says how long it may be kept', async () => {
    const { cache } = testCache();
    const page = counted((_request, response) => {
      response.status(404).set('Cache-Control', 'public, max-age=60').send('none');
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    await site.get('/');
    await site.get('/');

    expect(page.count).toBe(2);
  });

  it.each([302, 303, 307])('stores the redirect %i when it states its lifetime', async (status) => {
    const { cache } = testCache();
    const page = counted((_request, response) => {
      response.set('Cache-Control', 'max-age=60').redirect(status, '/elsewhere');
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    await site.get('/', { headers: { accept: 'text/html' } });
    const hit = await site.get('/', { headers: { accept: 'text/html' } });

    expect(page.count).toBe(1);
    expect(hit.status).toBe(status);
    expect(hit.header('location')).toBe('/elsewhere');
  });

  it.each(['private', 'no-store', 'no-cache', 'private="x-user"', 'max-age=60, NO-STORE', 'max-age=60; private'])(
    'does not store an answer with `Cache-Control: %s`',
    async (value) => {
      const { cache } = testCache();
      const page = counted((_request, response) => response.set('Cache-Control', value).send('mine'));
      const site = await startSite(express().use(cacheResponse(cache), page.handler));

      const first = await site.get('/');
      await site.get('/');

      expect(page.count).toBe(2);
      expect(first.header('cache-control')).toBe(value);
      expect(first.cacheStatus).toMatch(/^fwd=uri-miss; detail=(private|no-store|no-cache)$/);
    },
  );

  it('takes the lifetime from the response, for shared caches first, then from the policy', async () => {
    const { cache, clock } = testCache();
    const app = express().use(cacheResponse(cache, { maxAge: '10m' }));
    const page = counted((request, response) => {
      const { control } = request.query;
      if (typeof control === 'string') response.set('Cache-Control', control);
      response.send('page');
    });
    const site = await startSite(app.use(page.handler));

    for (const [control, seconds] of [
      ['max-age=60', 60],
      ['max-age=60, s-maxage=20', 20],
      ['public', 600],
    ] as const) {
      await site.get(`/?control=${encodeURIComponent(control)}`);
      const hit = await site.get(`/?control=${encodeURIComponent(control)}`);
      expect([control, hit.cacheStatus]).toEqual([control, `hit; ttl=${seconds}`]);
      clock.advance(seconds * 1000);
      const later = await site.get(`/?control=${encodeURIComponent(control)}`);
      expect([control, later.cacheStatus]).toEqual([control, 'fwd=uri-miss; stored']);
    }
  });

  it.each(['max-age=0', 's-maxage=0, max-age=60', 'max-age=soon', 'max-age = 0', 'max-age=0; must-revalidate'])(
    'stores nothing for `Cache-Control: %s`, whatever the policy says',
    async (value) => {
      const { cache } = testCache();
      const page = counted((_request, response) => response.set('Cache-Control', value).send('now'));
      const site = await startSite(express().use(cacheResponse(cache, { maxAge: '1h' }), page.handler));

      await site.get('/');
      const second = await site.get('/');

      expect(page.count).toBe(2);
      expect(second.cacheStatus).toBe('fwd=uri-miss; detail=expired');
    },
  );

  it('tells URLs apart by path, query and its order, and by host', async () => {
    const { cache } = testCache();
    const page = counted((request, response) => response.send(`${request.headers.host} ${request.originalUrl}`));
    const site = await startSite(express().use(cacheResponse(cache), page.handler));
    const targets = ['/a', '/a/', '/A', '/a?', '/a?x=1&y=2', '/a?y=2&x=1', '/a?x=1', '/%61'];

    for (const path of targets) expect((await site.get(path)).text).toBe(`127.0.0.1:${site.port} ${path}`);
    expect(page.count).toBe(targets.length);
    expect((await site.get('/a', { headers: { host: 'other.example' } })).text).toBe('other.example /a');
    expect((await site.get('/a', { headers: { host: 'OTHER.example' } })).text).toBe('other.example /a');
    expect(page.count).toBe(targets.length + 1);
  });

  it('passes other methods through and says so', async () => {
    const { cache } = testCache();
    const page = counted((request, response, run) => response.send(`${request.method} ${run}`));
    const site = await startSite(express().use(cacheResponse(cache), page.handler));
    await site.get('/');

    for (const [index, method] of ['OPTIONS', 'PROPFIND', 'POST', 'PUT', 'PATCH', 'DELETE'].entries()) {
      const answer = await site.get('/', { method });
      expect(answer.text).toBe(`${method} ${index + 2}`);
      expect(answer.cacheStatus).toBe('fwd=method');
      expect(answer.header('cache-control')).toBeUndefined();
    }
  });

  it.each<[method: string, status: number, kept: boolean]>([
    ['POST', 200, false],
    ['PUT', 204, false],
    ['PATCH', 303, false],
    ['DELETE', 200, false],
    ['M-SEARCH', 200, false],
    ['OPTIONS', 200, true],
    ['PROPFIND', 207, true],
    ['POST', 400, true],
    ['DELETE', 500, true],
  ])('takes it that %s with status %i leaves the stored page as it was: %s', async (method, status, kept) => {
    const { cache } = testCache();
    const page = counted((request, response, run) => {
      response.status(request.method === 'GET' ? 200 : status).end(`page ${run}`);
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));
    await site.get('/');
    await site.get('/other');
    await site.get('/', { method });

    expect((await site.get('/')).text).toBe(kept ? 'page 1' : 'page 4');
    expect((await site.get('/other')).text).toBe('page 2');
  });

  it('stores what a handler answers to plain Node calls', async () => {
    const { cache } = testCache();
    const page = counted((_request, response) => {
      response.statusCode = 200;
      response.setHeader('Content-Type', 'text/plain');
      response.end('plain');
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    const miss = await site.get('/');
    const hit = await site.get('/');

    expect(page.count).toBe(1);
    expect([miss.text, hit.text]).toEqual(['plain', 'plain']);
    expect(miss.header('etag')).toBeUndefined();
    expect(hit.header('etag')).toMatch(/^"[\w-]{22}"$/);
  });

  it('tells the time it took in Server-Timing if asked to', async () => {
    const { cache, clock } = testCache();
    const page = counted((_request, response) => {
      clock.advance(180);
      response.send('page');
    });
    const app = express().use(cacheResponse(cache, { serverTiming: true }), page.handler);
    const site = await startSite(app);

    const miss = await site.get('/');
    clock.advance(17_000);
    const hit = await site.get('/');

    expect(miss.header('server-timing')).toBe('cache;desc="fwd=uri-miss; stored"');
    expect(hit.header('server-timing')).toBe('cache;desc="hit; ttl=283", age;dur=17000, fill;dur=180');
  });
});
