import { inspect } from 'node:util';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted, type CountedHandler } from './support/handlers.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Answer = (request: Request, response: Response, run: number) => void;

describe.each(expressVersions)('what must not be shared on $version', ({ express }) => {
  async function siteOf(
    answer: Answer,
    { policy = {}, above = [] }: { policy?: ResponsePolicy; above?: RequestHandler[] } = {},
  ): Promise<{ site: Site; page: CountedHandler }> {
    const { cache } = testCache();
    const page = counted(answer);
    const app = express();
    for (const middleware of above) app.use(middleware);
    app.use(cacheResponse(cache, policy), page.handler);
    return { site: await startSite(app), page };
  }

  it('shares a page between clients that send nothing of their own', async () => {
    const { site, page } = await siteOf((_request, response, run) => response.send(`page ${run}`));

    const texts = [await site.get('/'), await site.get('/'), await site.get('/')].map(({ text }) => text);

    expect(texts).toEqual(['page 1', 'page 1', 'page 1']);
    expect(page.count).toBe(1);
  });

  it.each([
    ['a cookie', { cookie: 'session=ann' }, 'cookie'],
    ['an empty cookie field', { cookie: '' }, 'cookie'],
    ['Authorization', { authorization: 'Bearer ann' }, 'authorization'],
    ['an empty Authorization', { authorization: '' }, 'authorization'],
    ['`Cache-Control: no-store`', { 'cache-control': 'max-age=5, No-Store' }, 'no-store'],
  ])('lets a request with %s go past the cache, both ways', async (_what, headers, detail) => {
    const { site, page } = await siteOf((_request, response, run) => response.end(`page ${run}`));

    const personal = await site.get('/', { headers });
    const shared = await site.get('/');
    const again = await site.get('/', { headers });
    const hit = await site.get('/');

    expect(personal.cacheStatus).toBe(`fwd=bypass; detail=${detail}`);
    expect([personal, shared, again, hit].map(({ text }) => text)).toEqual(['page 1', 'page 2', 'page 3', 'page 2']);
    expect(page.count).toBe(3);
  });

  it('lets a request with Range go past the cache while nothing is stored, and answers it from what is', async () => {
    const { site, page } = await siteOf((request, response, run) => {
      if (request.headers.range === undefined) response.end(`page ${run}`);
      else response.status(206).set('Content-Range', 'bytes 0-3/6').end('page');
    });
    const headers = { range: 'bytes=0-3' };

    const part = await site.get('/', { headers });
    const whole = await site.get('/');
    const stored = await site.get('/', { headers });

    expect([part.status, part.text, part.cacheStatus]).toEqual([206, 'page', 'fwd=bypass; detail=range']);
    expect([whole.status, whole.text]).toEqual([200, 'page 2']);
    expect([stored.status, stored.text, stored.header('content-range')]).toEqual([206, 'page', 'bytes 0-3/6']);
    expect(stored.cacheStatus).toBe('hit; ttl=300');
    expect(page.count).toBe(2);
  });

  it('keeps browsers and proxies from sharing the answer to a request that bypassed', async () => {
    const { site } = await siteOf((request, response) => {
      if (request.path === '/said') response.set('Cache-Control', 'public, max-age=9');
      response.status(request.path === '/error' ? 500 : 200).send('mine');
    });
    const headers = { cookie: 'session=ann' };

    expect((await site.get('/', { headers })).header('cache-control')).toBe('private, no-cache');
    expect((await site.get('/said', { headers })).header('cache-control')).toBe('public, max-age=9');
    expect((await site.get('/error', { headers })).header('cache-control')).toBeUndefined();
  });

  it('neither stores nor answers a GET with a body', async () => {
    const { site, page } = await siteOf((request, response, run) => {
      request.resume();
      response.send(`page ${run}`);
    });

    const first = await site.get('/', { body: 'x', headers: { 'content-length': '1' } });
    const chunked = await site.get('/', { body: 'x', headers: { 'transfer-encoding': 'chunked' } });
    const plain = await site.get('/');
    const again = await site.get('/', { body: 'x', headers: { 'content-length': '1' } });
    const empty = await site.get('/', { headers: { 'content-length': '0' } });

    expect([first, chunked, plain, again, empty].map(({ text }) => text)).toEqual([
      'page 1',
      'page 2',
      'page 3',
      'page 4',
      'page 3',
    ]);
    expect(first.cacheStatus).toBe('fwd=bypass; detail=body');
    expect(page.count).toBe(4);
  });

  it.each(['user', 'auth'])('goes past the cache for a request of a known user (`req.%s`)', async (property) => {
    const identify = (request: Request, _response: Response, next: NextFunction): void => {
      const name = request.query['as'];
      Object.assign(request, { [property]: name === undefined ? undefined : { name } });
      next();
    };
    const { site, page } = await siteOf(
      (request, response) => response.json((request as Request & Record<string, unknown>)[property] ?? 'nobody'),
      { above: [identify] },
    );

    const ann = await site.get('/?as=ann');
    const bob = await site.get('/?as=ann');
    await site.get('/');
    const nobody = await site.get('/');

    expect([ann.text, bob.text]).toEqual(['{"name":"ann"}', '{"name":"ann"}']);
    expect(bob.cacheStatus).toBe('fwd=bypass; detail=identity');
    expect(nobody.cacheStatus).toBe('hit; ttl=300');
    expect(page.count).toBe(3);
  });

  it.each(['Set-Cookie', 'set-cookie', 'SET-COOKIE'])('does not store an answer with %s', async (name) => {
    const { site, page } = await siteOf((_request, response, run) => {
      response.set(name, `session=${run}`).set('Cache-Control', 'public, max-age=60').send('page');
    });

    const first = await site.get('/');
    const second = await site.get('/');

    expect(first.lines('set-cookie')).toEqual(['session=1']);
    expect(second.lines('set-cookie')).toEqual(['session=2']);
    expect(second.cacheStatus).toBe('fwd=uri-miss; detail=set-cookie');
    expect(page.count).toBe(2);
  });

  it('gives a request field that the handler read, and the key does not hold, to nobody else', async () => {
    const { site, page } = await siteOf((request, response) => response.send(request.get('X-Api-Key') ?? 'none'));

    const ann = await site.get('/', { headers: { 'x-api-key': 'ann' } });
    const bob = await site.get('/', { headers: { 'x-api-key': 'bob' } });

    expect([ann.text, bob.text]).toEqual(['ann', 'bob']);
    expect(ann.cacheStatus).toBe('fwd=uri-miss; detail=read:x-api-key');
    expect(ann.header('cache-control')).toBe('private, no-cache');
    expect(page.count).toBe(2);
  });

  it('keeps one answer for each value of a declared field', async () => {
    const { site, page } = await siteOf(
      (request, response, run) => response.send(`${request.get('x-api-key') ?? 'none'} ${run}`),
      { policy: { headers: ['X-Api-Key'] } },
    );
    const as = async (key?: string): Promise<string> =>
      (await site.get('/', { headers: key === undefined ? {} : { 'x-api-key': key } })).text;

    expect([await as('ann'), await as('bob'), await as(), await as('')]).toEqual(['ann 1', 'bob 2', 'none 3', ' 4']);
    expect([await as('ann'), await as('bob'), await as(), await as('')]).toEqual(['ann 1', 'bob 2', 'none 3', ' 4']);
    expect(page.count).toBe(4);
    expect((await site.get('/')).header('vary')).toBe('x-api-key');
  });

  it('does not let X-Forwarded-Host into the page of another client', async () => {
    const { site } = await siteOf((request, response) => response.send(`https://${request.hostname}/reset`), {
      above: [(request, _response, next) => (request.app.set('trust proxy', true), next())],
    });

    const poison = await site.get('/', { headers: { 'x-forwarded-host': 'evil.example' } });
    const victim = await site.get('/');

    expect(poison.text).toBe('https://evil.example/reset');
    expect(poison.cacheStatus).toBe('fwd=uri-miss; detail=read:x-forwarded-host');
    expect(victim.text).toBe('https://127.0.0.1/reset');
  });

  it('keeps a reflected Host apart from every other host', async () => {
    const { site, page } = await siteOf((request, response) => {
      const { host } = request.headers;
      const language = host === 'a.example' ? request.headers['accept-language'] : 'unknown';
      response.send(`${host} ${language}`);
    });
    const get = async (host: string): Promise<string> =>
      (await site.get('/', { headers: { host, 'accept-language': 'de' } })).text;

    expect(await get('a.example')).toBe('a.example de');
    expect(await get('evil.example')).toBe('evil.example unknown');
    expect(await get('a.example')).toBe('a.example de');
    expect(await get('evil.example')).toBe('evil.example unknown');
    expect(page.count).toBe(2);
  });

  it.each(['a.example [["accept-language","de"]]', 'a.example http://a.example', 'a b', 'a"'])(
    'neither stores nor answers for the host `%s`',
    async (host) => {
      const { site, page } = await siteOf((request, response) => {
        const known = request.headers.host === 'a.example';
        response.send(known ? `welcome ${request.headers['accept-language']}` : `unknown ${request.headers.host}`);
      });

      const poison = await site.get('/', { headers: { host } });
      const again = await site.get('/', { headers: { host } });
      const victim = await site.get('/', { headers: { host: 'a.example', 'accept-language': 'de' } });
      const next = await site.get('/', { headers: { host: 'a.example', 'accept-language': 'de' } });

      expect([poison.text, again.text]).toEqual([`unknown ${host}`, `unknown ${host}`]);
      expect(again.cacheStatus).toBe('fwd=bypass; detail=host');
      expect([victim.text, next.text]).toEqual(['welcome de', 'welcome de']);
      expect(next.cacheStatus).toBe('hit; ttl=300');
      expect(page.count).toBe(3);
    },
  );

  it('keeps an absolute-form target apart from the same path', async () => {
    const { site, page } = await siteOf((request, response) => response.send(request.originalUrl));
    const raw = `GET http://evil.example/p HTTP/1.1\r\nHost: 127.0.0.1:${site.port}\r\nConnection: close\r\n\r\n`;

    expect(await site.raw(raw)).toContain('http://evil.example/p');
    expect((await site.get('/p')).text).toBe('/p');
    expect(page.count).toBe(2);
  });

  it.each<[string, (request: Request) => unknown]>([
    ['{...req.headers}', (request) => ({ ...request.headers })],
    ['Object.keys', (request) => Object.keys(request.headers)],
    ['Object.entries', (request) => Object.entries(request.headers)],
    ['JSON.stringify', (request) => JSON.stringify(request.headers)],
    [
      'for in',
      (request) => {
        for (const name in request.headers) if (name === 'x-api-key') return request.headers[name];
        return undefined;
      },
    ],
    ['util.inspect', (request) => inspect({ fields: request.headers })],
    ['rawHeaders', (request) => request.rawHeaders],
    ['headersDistinct', (request) => request.headersDistinct],
  ])('does not store what a handler made of all request fields (%s)', async (_how, look) => {
    const { site, page } = await siteOf((request, response) => response.json(look(request)));

    const first = await site.get('/', { headers: { 'x-api-key': 'ann' } });
    const second = await site.get('/', { headers: { 'x-api-key': 'bob' } });

    expect(first.cacheStatus).toMatch(/^fwd=uri-miss; detail=read:(\*|tojson)$/);
    expect(second.text).not.toContain('ann');
    expect(page.count).toBe(2);
  });

  it.each<[string, (request: Request) => unknown]>([
    ['`in`', (request) => 'x-api-key' in request.headers],
    ['Object.hasOwn', (request) => Object.hasOwn(request.headers, 'x-api-key')],
    ['req.get', (request) => request.get('X-Api-Key')],
    ['a name in capitals', (request) => request.headers['X-API-KEY']],
    ['Content-Type without a body', (request) => request.headers['content-type']],
    ['User-Agent', (request) => request.headers['user-agent']],
    ['Referer', (request) => request.get('Referrer')],
    ['Origin', (request) => request.headers.origin],
    ['Upgrade', (request) => request.headers.upgrade],
  ])('does not store what a handler made of an undeclared field (%s)', async (_how, look) => {
    const { site, page } = await siteOf((request, response) => response.json(String(look(request))));
    const headers = { 'x-api-key': '1', 'content-type': 'a/b', 'user-agent': 'c', referer: 'd', origin: 'e' };

    const first = await site.get('/', { headers: { ...headers, upgrade: 'f' } });
    const second = await site.get('/');

    expect(first.cacheStatus).toMatch(/^fwd=uri-miss; detail=read:[\w-]+$/);
    expect(second.cacheStatus).toMatch(/^fwd=uri-miss; detail=read:[\w-]+$/);
    expect(page.count).toBe(2);
  });
});
