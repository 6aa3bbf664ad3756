import type { RequestListener } from 'node:http';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { Request, RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { type Answer, type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Look = (request: Request) => unknown;

/** What an application may write into a page, and a request with which a stranger chooses that. */
const REFLECTED: readonly [what: string, look: Look, headers: Record<string, string>][] = [
  ['X-Forwarded-Host', (request) => request.hostname, { 'x-forwarded-host': 'evil.example' }],
  ['X-Forwarded-Proto', (request) => request.protocol, { 'x-forwarded-proto': 'https' }],
  ['X-Forwarded-Proto in `req.secure`', (request) => request.secure, { 'x-forwarded-proto': 'https' }],
  ['X-Forwarded-For', (request) => request.ip, { 'x-forwarded-for': '203.0.113.9' }],
  ['X-Forwarded-For in `req.ips`', (request) => request.ips, { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' }],
  ['X-Forwarded-Prefix', (request) => request.get('x-forwarded-prefix'), { 'x-forwarded-prefix': '/evil' }],
  ['X-Forwarded-Port', (request) => request.header('X-Forwarded-Port'), { 'x-forwarded-port': '666' }],
  ['Forwarded', (request) => request.headers['forwarded'], { forwarded: 'host=evil.example' }],
  ['X-Original-URL', (request) => request.headers['x-original-url'], { 'x-original-url': '/admin' }],
  ['X-Rewrite-URL', (request) => request.get('x-rewrite-url'), { 'x-rewrite-url': '/admin' }],
  ['X-HTTP-Method-Override', (request) => request.get('x-http-method-override'), { 'x-http-method-override': 'PUT' }],
  ['Origin', (request) => request.headers.origin, { origin: 'https://evil.example' }],
  ['Referer', (request) => request.get('referrer'), { referer: 'https://evil.example/' }],
  ['User-Agent', (request) => request.get('user-agent'), { 'user-agent': '<script>' }],
  ['Accept', (request) => request.accepts(['html', 'json']), { accept: 'application/json' }],
  ['Accept-Language', (request) => request.acceptsLanguages('en', 'de'), { 'accept-language': 'de' }],
  ['Accept-Encoding', (request) => request.acceptsEncodings('identity', 'gzip'), { 'accept-encoding': 'gzip' }],
  ['X-Requested-With', (request) => request.xhr, { 'x-requested-with': 'XMLHttpRequest' }],
  ['Content-Type', (request) => request.is('html'), { 'content-type': 'text/html' }],
  ['Range', (request) => request.range(100), { range: 'bytes=0-1' }],
  ['If-None-Match', (request) => request.fresh, { 'if-none-match': '*' }],
  ['Cookie', (request) => request.headers.cookie, { cookie: 'session=evil' }],
  ['Authorization', (request) => request.headers.authorization, { authorization: 'Bearer evil' }],
  ['Proxy-Authorization', (request) => request.get('proxy-authorization'), { 'proxy-authorization': 'Basic evil' }],
  ['Host', (request) => request.headers.host, { host: 'evil.example' }],
  ['all fields', (request) => request.headersDistinct['x-any'], { 'x-any': 'evil' }],
];

/** Ways to write almost the same target. */
const SPELLINGS = [
  ['/p', '/p/', '//p', '/./p', '/q/../p', '/%70', '/P', '/p?', '/p??', '/p?#', '/p#x', '/p;x', '/p%2f', '/p%2e'],
  ['/p%3fa=1', '/p?a=1&b=2', '/p?b=2&a=1', '/p?a=1&a=2', '/p?a=2&a=1', '/p?%61=1', '/p?a=%31', '/p?a[]=1', '/p?a'],
  [
    '/p%00',
    '/p\\',
    '/p&a=1',
    '/p%20',
    '/p+',
    'http://evil.example/p',
    'HTTP://127.0.0.1/p',
    'http:/p',
    '/\u00e9',
    '/%e9',
  ],
].flat();

/** Spellings of a directive that forbids, `%`; most of them wrong. */
const FORBIDDING = [
  ['%', '%, max-age=60', 'max-age=60,%', 'max-age=60;%', 'max-age=60 %', '% max-age=60', ',,%,,', '%=', '%=1'],
  ['"%"', '"%', '%"', '(%)', '% = 1', 'max-age="60, %', 'ext="a\\"b", %', 'public, %', '%;', 'x=%y, %', '\t%\t'],
].flat();

describe.each(expressVersions)('poisoning on $version', ({ express }) => {
  /** The same app without a cache and with one. */
  async function twins(handler: RequestHandler, policy: ResponsePolicy = {}): Promise<{ plain: Site; cached: Site }> {
    const { cache } = testCache();
    const app = (...middleware: RequestHandler[]): RequestListener =>
      express()
        .set('trust proxy', true)
        .set('etag', false)
        .use(...middleware);
    const above = cacheResponse(cache, policy) as RequestHandler;
    return { plain: await startSite(app(handler)), cached: await startSite(app(above, handler)) };
  }

  const withoutPort = (text: string): string => text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1');

  it.each(REFLECTED)('with %s reaches nobody else', async (_what, look, headers) => {
    const { plain, cached } = await twins((request, response) => void response.send(JSON.stringify([look(request)])));
    const own = withoutPort((await plain.get('/')).text);

    await cached.get('/', { headers });
    await cached.get('/', { headers });
    const victims = [await cached.get('/'), await cached.get('/')];

    expect(victims.map(({ text }) => withoutPort(text))).toEqual([own, own]);
  });

  it.each(REFLECTED)(
    'is not to be feared of %s if the page does not show it: it is answered from the cache',
    async (_what, _look, headers) => {
      const { cached } = await twins((_request, response) => void response.send('page'));
      await cached.get('/', { headers });
      await cached.get('/');

      expect((await cached.get('/')).cacheStatus).toBe('hit; ttl=300');
    },
  );

  it('with another spelling of a target reaches nobody who asks for this one', async () => {
    const show: RequestHandler = (request, response) => {
      const { path, originalUrl, query } = request;
      response.send(JSON.stringify([path, originalUrl, query]));
    };
    const { plain, cached } = await twins(show);
    const ask = (site: Site, target: string): Promise<string> =>
      site.raw(`GET ${target} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`);
    const page = (answer: string): string => `${answer.slice(9, 12)} ${answer.split('\r\n\r\n')[1]}`;

    const expected = await Promise.all(SPELLINGS.map(async (target) => page(await ask(plain, target))));
    for (const targets of [SPELLINGS, [...SPELLINGS].reverse()]) {
      const answers = new Map<string, string>();
      for (const target of targets) answers.set(target, await ask(cached, target));
      expect(SPELLINGS.map((target) => page(answers.get(target) ?? ''))).toEqual(expected);
      if (targets === SPELLINGS) continue;
      const misses = [...answers].filter(
        ([, answer]) => answer.startsWith('HTTP/1.1 200') && !answer.includes('; hit'),
      );
      expect(misses.map(([target]) => target)).toEqual([]);
    }
  });

  it('through a parameter that is not part of the key is impossible: the handler does not see it', async () => {
    const show: RequestHandler = (request, response) => {
      response.send(JSON.stringify([request.url, request.query, request.originalUrl]));
    };
    const { cached } = await twins(show, { query: { ignore: ['utm_source', 'cb'] } });
    const paths = ['/?utm_source=<script>', '/?%75tm_source=x', '/?cb=1&utm_source=2', '/?cb', '/?&&cb=1', '/'];

    const texts = [];
    for (const path of paths) texts.push((await cached.get(path)).text);

    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).not.toMatch(/script|utm|cb/);
    expect((await cached.get('/?cb=9')).cacheStatus).toBe('hit; ttl=300');
    expect((await cached.get('/?CB=9')).text).toContain('CB');
    expect((await cached.get('/?cb[]=9')).text).toContain('cb[]');
  });

  it('through a URL that was rewritten above is impossible, whatever of its query is left out of the key', async () => {
    const { cache } = testCache();
    const rewrite: RequestHandler = (request, _response, next) => {
      request.url = request.url.replace('/page', `/page-of-${request.get('x-variant') ?? 'nobody'}`);
      next();
    };
    const show: RequestHandler = (request, response) => {
      response.set('No-Vary-Search', 'params=("b"), key-order');
      response.send(JSON.stringify([request.path, request.query]));
    };
    const above = cacheResponse(cache, { query: { ignore: ['a'] } }) as RequestHandler;
    const site = await startSite(express().set('etag', false).use(rewrite, above, show));
    const ask = (query: string, variant: string): Promise<Answer> =>
      site.get(`/page${query}`, { headers: { 'x-variant': variant } });

    for (const query of ['?a=1', '?b=1', '?b=2', '?c=1&b=2', '?b=2&c=1', '?a=2&a=1']) {
      for (const variant of ['ann', 'bob', 'bob']) {
        const { text } = await ask(query, variant);
        expect(text).toContain(`["/page-of-${variant}",`);
        expect(text.includes('"c":"1"')).toBe(query.includes('c=1'));
      }
    }
    const hit = await ask('?a=7', 'bob');
    expect([hit.text, hit.cacheStatus]).toEqual(['["/page-of-bob",{}]', 'hit; ttl=300']);
  });

  it('does not come from cookies that are parsed above: the handler sees the same in both places', async () => {
    const parse: RequestHandler = (request, _response, next) => {
      Object.assign(request, { cookies: Object.fromEntries(new URLSearchParams(request.get('cookie'))) });
      next();
    };
    const show: RequestHandler = (request, response) => {
      const { cookies: parsed } = request as { cookies: unknown };
      response.send(JSON.stringify([request.get('cookie') ?? null, parsed]));
    };
    const shown = async (policy: ResponsePolicy): Promise<string> => {
      const above = cacheResponse(testCache().cache, policy) as RequestHandler;
      const site = await startSite(express().use(parse, above, show));
      return (await site.get('/', { headers: { cookie: 'a=1' } })).text;
    };

    expect(await shown({ mode: 'standard' })).toBe('["a=1",{"a":"1"}]');
    expect(await shown({ mode: 'standard', cookies: ['b'] })).toBe('[null,{}]');
    expect(await shown({ cookies: [] })).toBe('[null,{}]');
    expect(await shown({})).toBe('["a=1",{"a":"1"}]');
  });

  it.each(['no-store', 'private', 'no-cache'])(
    'by answers with %s is impossible, however it is spelt',
    async (directive) => {
      const spellings = FORBIDDING.flatMap((one) =>
        [directive, directive.toUpperCase()].map((word) => one.replaceAll('%', word)),
      );
      const { cached } = await twins(
        (request, response) => {
          const value = spellings[Number(request.query['n'])];
          if (value !== undefined)
            response.set('Cache-Control', request.query['lines'] === '1' ? ['max-age=60', value] : value);
          response.send(request.get('x-who') ?? 'page');
        },
        { headers: ['X-Unused'] },
      );

      const stored = [];
      for (const [index, value] of spellings.entries()) {
        for (const lines of [0, 1]) {
          const answer = await cached.get(`/?n=${index}&lines=${lines}`);
          const again = await cached.get(`/?n=${index}&lines=${lines}`);
          if (answer.cacheStatus?.includes('stored') === true || again.cacheStatus?.startsWith('hit') === true)
            stored.push(value);
        }
      }

      expect(stored).toEqual([]);
    },
  );

  it('by answers that say nothing of the kind is not feared', async () => {
    const { cached } = await twins(
      (_request, response) => void response.set('Cache-Control', 'ext="private, no-store", max-age=60').send('page'),
    );
    await cached.get('/');

    expect((await cached.get('/')).cacheStatus).toBe('hit; ttl=60');
  });

  it.each([
    ['a second Host', 'GET / HTTP/1.1\r\nHost: a.example\r\nHost: evil.example\r\n'],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\nContent-Length: 5\r\n'],
    ['a length and chunks', 'GET / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['a coding that is none', 'GET / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: xchunked\r\n'],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding : chunked\r\n'],
    ['a folded line', 'GET / HTTP/1.1\r\nHost: a.example\r\nX-A: b\r\n  Host: evil.example\r\n'],
    ['two cookies', 'GET / HTTP/1.1\r\nHost: a.example\r\nCookie: a=1\r\nCookie: session=evil\r\n'],
    ['a name in other letters', 'GET / HTTP/1.1\r\nHost: a.example\r\nCOOKIE: session=evil\r\nauthorization: evil\r\n'],
    ['an old version', 'GET / HTTP/1.0\r\nX-Forwarded-Host: evil.example\r\n'],
  ])('with %s and a request hidden in a body leaves the page as it was', async (_what, head) => {
    const { plain, cached } = await twins((request, response) => {
      request.resume();
      response.send(`${request.headers.host} ${request.hostname} ${request.headers.cookie ?? '-'} ${request.url}`);
    });
    const hidden = 'GET /?hidden HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    const headers = { host: 'a.example' };
    const own = await plain.get('/', { headers });

    await cached.raw(
      `${head}Connection: keep-alive\r\n\r\n5\r\n${hidden}`.replace(
        /Connection: keep-alive(?=\r\n\r\n)/,
        'Connection: close',
      ),
    );
    await cached.raw(`${head}\r\n0\r\n\r\n${hidden}`);

    expect((await cached.get('/', { headers })).text).toBe(own.text);
    expect((await cached.get('/', { headers })).text).toBe(own.text);
  });

  it('through a cookie that is part of the key changes only the page of those who have it', async () => {
    const page = counted((request, response) => response.send(request.headers.cookie ?? 'none'));
    const { cached } = await twins(page.handler, { cookies: ['theme'] });
    const sent = [
      'theme=dark',
      'theme=dark; session=evil',
      'session=evil',
      'theme=light; theme=dark',
      'Theme=dark',
      '"theme"=x',
      '',
    ];
    const shown = ['theme=dark', 'theme=dark', 'none', 'theme=light; theme=dark', 'none', 'none', 'none'];

    for (const order of [sent, [...sent].reverse()]) {
      for (const cookie of order) {
        const answer = await cached.get('/', { headers: { cookie } });
        expect([cookie, answer.text]).toEqual([cookie, shown[sent.indexOf(cookie)]]);
      }
    }
    expect(page.count).toBe(3);
  });
});
