import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { Request, RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted, type CountedHandler } from './support/handlers.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Answer = (request: Request, response: Response, run: number) => void;

/** What cookie-parser leaves on the request. */
const parseCookies: RequestHandler = (request, _response, next) => {
  const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  request.cookies = Object.fromEntries(pairs) as Record<string, string>;
  request.signedCookies = { ...(request.cookies as Record<string, string>) };
  next();
};

describe.each(expressVersions)('cookies on $version', ({ express }) => {
  async function siteOf(
    policy: ResponsePolicy,
    answer: Answer,
    above: RequestHandler[] = [],
  ): Promise<{ site: Site; page: CountedHandler }> {
    const { cache } = testCache();
    const page = counted(answer);
    const app = express();
    for (const middleware of above) app.use(middleware);
    app.use(cacheResponse(cache, policy), page.handler);
    return { site: await startSite(app), page };
  }

  it('shares one page among all clients under `cookies: []`, because the handler sees no cookie', async () => {
    const { site, page } = await siteOf({ cookies: [] }, (request, response) => {
      response.send(`hello ${request.headers.cookie ?? 'stranger'}`);
    });

    const ann = await site.get('/', { headers: { cookie: 'session=ann' } });
    const bob = await site.get('/', { headers: { cookie: 'session=bob' } });
    const none = await site.get('/');

    expect([ann.text, bob.text, none.text]).toEqual(Array(3).fill('hello stranger'));
    expect([bob.cacheStatus, none.cacheStatus]).toEqual(['hit; ttl=300', 'hit; ttl=300']);
    expect(page.count).toBe(1);
  });

  it('hides under `cookies: []` what a cookie parser above the cache found', async () => {
    const answer: Answer = (request, response) => response.json([request.cookies, request.signedCookies]);
    const { site, page } = await siteOf({ cookies: [] }, answer, [parseCookies]);

    const ann = await site.get('/', { headers: { cookie: 'session=ann' } });
    const bob = await site.get('/', { headers: { cookie: 'session=bob' } });

    expect([ann.text, bob.text]).toEqual(['[{},{}]', '[{},{}]']);
    expect(page.count).toBe(1);
  });

  it('leaves all cookies to requests that go past the cache', async () => {
    const answer: Answer = (request, response) => response.json([request.cookies, request.headers.cookie]);
    const { site } = await siteOf({ cookies: [] }, answer, [parseCookies]);
    const cookie = 'session=ann';

    const post = await site.get('/', { method: 'POST', headers: { cookie } });
    const authorized = await site.get('/', { headers: { cookie, authorization: 'Bearer ann' } });

    expect([post.text, authorized.text]).toEqual(Array(2).fill('[{"session":"ann"},"session=ann"]'));
  });

  it('shows the handler the declared cookies only and keeps one page for each of their values', async () => {
    const answer: Answer = (request, response, run) => {
      response.send(`${run} ${request.headers.cookie ?? 'none'} ${JSON.stringify(request.cookies)}`);
    };
    const { site, page } = await siteOf({ cookies: ['theme'] }, answer, [parseCookies]);
    const get = async (cookie?: string): Promise<string> =>
      (await site.get('/', { headers: cookie === undefined ? {} : { cookie } })).text;

    expect(await get('session=ann; theme=dark')).toBe('1 theme=dark {"theme":"dark"}');
    expect(await get('theme=dark; session=bob')).toBe('1 theme=dark {"theme":"dark"}');
    expect(await get('theme=light; session=bob')).toBe('2 theme=light {"theme":"light"}');
    expect(await get('session=bob')).toBe('3 none {}');
    expect(await get('xtheme=dark; THEME=dark')).toBe('3 none {}');
    expect(page.count).toBe(3);
  });

  it('tells downstream caches that a page with declared cookies is private and varies by cookie', async () => {
    const { site } = await siteOf({ cookies: ['theme'], clientMaxAge: '1m' }, (_request, response) => {
      response.send('page');
    });

    for (const answer of [await site.get('/'), await site.get('/')]) {
      expect(answer.header('cache-control')).toBe('private, max-age=60');
      expect(answer.header('vary')).toBe('cookie');
    }
  });

  it('tells two cookies of one name from one, and one pair from two', async () => {
    const { site, page } = await siteOf({ cookies: ['a', 'b'] }, (request, response) => {
      response.send(request.headers.cookie ?? 'none');
    });
    const cookies = ['a=1; a=2', 'a=1', 'a=2; a=1', 'a=1; b=2', 'a="1; b=2"', 'a', 'a=', 'a=1,b=2'];

    for (const cookie of cookies) expect((await site.get('/', { headers: { cookie } })).text).toBe(cookie);
    for (const cookie of cookies) expect((await site.get('/', { headers: { cookie } })).text).toBe(cookie);
    expect(page.count).toBe(cookies.length);
  });

  it('still gives nobody a page that sets a cookie', async () => {
    const { site, page } = await siteOf({ cookies: [] }, (_request, response, run) => {
      response.cookie('session', String(run)).send('page');
    });

    const first = await site.get('/', { headers: { cookie: 'session=0' } });
    const second = await site.get('/');

    expect([first, second].map((answer) => answer.lines('set-cookie'))).toEqual([
      ['session=1; Path=/'],
      ['session=2; Path=/'],
    ]);
    expect(page.count).toBe(2);
  });

  it('shows a handler no cookie that the key does not hold by any other way without noticing', async () => {
    const { site, page } = await siteOf({ cookies: [] }, (request, response) => {
      const at = request.rawHeaders.findIndex((name) => name.toLowerCase() === 'cookie');
      response.send(request.rawHeaders[at + 1] ?? 'none');
    });

    const ann = await site.get('/', { headers: { cookie: 'session=ann' } });
    const bob = await site.get('/', { headers: { cookie: 'session=bob' } });

    expect([ann.text, bob.text]).toEqual(['session=ann', 'session=bob']);
    expect(page.count).toBe(2);
  });
});
