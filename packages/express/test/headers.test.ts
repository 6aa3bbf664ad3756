import type { OutgoingHttpHeader } from 'node:http';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted, type CountedHandler } from './support/handlers.ts';
import { type Answer, type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

/** Fields that an answer and its repetition differ by. */
const OWN = new Set([
  'age',
  'cache-status',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'etag',
  'date',
]);

/** All other fields of an answer, in an order of their own. */
function fields({ rawHeaders }: Answer): string[] {
  const list: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!OWN.has(rawHeaders[i]?.toLowerCase() ?? '')) list.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  return list.sort();
}

describe.each(expressVersions)('header fields on $version', ({ express }) => {
  async function siteOf(
    answer: (response: Response) => void,
    { policy = {}, above = [] }: { policy?: ResponsePolicy; above?: RequestHandler[] } = {},
  ): Promise<{ site: Site; page: CountedHandler }> {
    const { cache } = testCache();
    const page = counted((_request, response) => answer(response));
    const app = express().disable('x-powered-by');
    for (const middleware of above) app.use(middleware);
    app.use(cacheResponse(cache, policy), page.handler);
    return { site: await startSite(app), page };
  }

  const flat = (...list: OutgoingHttpHeader[]): OutgoingHttpHeader[] => list;

  it.each<[string, (response: Response) => void, string[]]>([
    [
      'setHeader',
      (response) => {
        response.setHeader('X-One', '1');
        response.setHeader('X-Many', ['a', 'b', 'a']);
        response.setHeader('X-Number', 7);
        response.end('page');
      },
      ['X-Many: a', 'X-Many: a', 'X-Many: b', 'X-Number: 7', 'X-One: 1'],
    ],
    [
      'appendHeader',
      (response) => void response.appendHeader('Link', '</a>').appendHeader('LINK', '</b>').end('page'),
      ['Link: </a>', 'Link: </b>'],
    ],
    [
      'writeHead with an object',
      (response) => void response.writeHead(200, { 'X-One': '1', 'X-Many': ['a', 'b'] }).end('page'),
      ['X-Many: a', 'X-Many: b', 'X-One: 1'],
    ],
    [
      'writeHead with a flat list',
      (response) => void response.writeHead(200, flat('X-Many', 'a', 'X-One', '1', 'X-Many', 'b')).end('page'),
      ['X-Many: a', 'X-Many: b', 'X-One: 1'],
    ],
    [
      'writeHead with a flat list that holds lists',
      (response) => void response.writeHead(200, flat('X-Many', ['a', 'b'], 'X-One', '1')).end('page'),
      ['X-Many: a', 'X-Many: b', 'X-One: 1'],
    ],
    [
      'writeHead with a list of pairs',
      (response) => void response.writeHead(200, flat(['X-Many', 'a'], ['X-One', '1'], ['X-Many', 'b'])).end('page'),
      ['X-Many: a', 'X-Many: b', 'X-One: 1'],
    ],
    [
      'setHeader, then writeHead that replaces',
      (response) => {
        response.setHeader('x-one', 'old');
        response.setHeader('X-Two', '2');
        response.writeHead(200, { 'X-One': 'new' }).end('page');
      },
      ['X-One: new', 'X-Two: 2'],
    ],
    [
      'writeHead with a message and an object',
      (response) => void response.writeHead(200, 'Fine', { 'X-One': '1' }).end('page'),
      ['X-One: 1'],
    ],
  ])('are repeated line by line, in the case they were written in (%s)', async (_way, answer, expected) => {
    const plain = await startSite(
      express()
        .disable('x-powered-by')
        .use(counted((_, response) => answer(response)).handler),
    );
    const { site, page } = await siteOf(answer);
    const bare = await plain.get('/');

    const miss = await site.get('/');
    const hit = await site.get('/');

    expect(fields(bare)).toEqual(expected);
    expect(fields(miss)).toEqual([...expected, 'Cache-Control: no-cache'].sort());
    expect(fields(hit)).toEqual(fields(miss));
    expect(page.count).toBe(1);
  });

  it('of a flat list are repeated even where Node keeps the last one only', async () => {
    const { site, page } = await siteOf((response) => {
      response.setHeader('X-Many', ['old']);
      response.writeHead(200, flat('X-Many', 'a', 'X-Many', 'b')).end('page');
    });

    expect((await site.get('/')).lines('x-many')).toEqual(['a', 'b']);
    expect((await site.get('/')).lines('x-many')).toEqual(['a', 'b']);
    expect(page.count).toBe(1);
  });

  it('come with the status message of the handler the first time, and of Node after that', async () => {
    const { site } = await siteOf((response) => void response.writeHead(200, 'Fine').end());

    expect((await site.get('/')).statusMessage).toBe('Fine');
    expect((await site.get('/')).statusMessage).toBe('OK');
  });

  it('of middleware above the cache are made anew for each answer', async () => {
    let requests = 0;
    const requestId: RequestHandler = (_request, response, next) => {
      requests += 1;
      response.set({ 'X-Request-Id': String(requests), 'Set-Above': 'a' });
      next();
    };
    const { site } = await siteOf((response) => response.set('X-Page', 'p').send('page'), { above: [requestId] });

    const answers = [await site.get('/'), await site.get('/'), await site.get('/')];

    expect(answers.map((answer) => answer.lines('x-request-id'))).toEqual([['1'], ['2'], ['3']]);
    expect(answers.map((answer) => answer.lines('set-above'))).toEqual([['a'], ['a'], ['a']]);
    expect(answers.map((answer) => answer.header('x-page'))).toEqual(['p', 'p', 'p']);
  });

  it('of CORS above the cache are those of the asking origin', async () => {
    const cors: RequestHandler = (request, response, next) => {
      const { origin } = request.headers;
      if (origin !== undefined) response.set('Access-Control-Allow-Origin', origin);
      response.vary('Origin');
      next();
    };
    const { site, page } = await siteOf((response) => response.send('page'), { above: [cors] });
    const get = (origin?: string): Promise<Answer> =>
      site.get('/', origin === undefined ? {} : { headers: { origin } });

    for (const origin of ['https://a.example', 'https://b.example', undefined, 'https://a.example']) {
      const answer = await get(origin);
      expect(answer.lines('access-control-allow-origin')).toEqual(origin === undefined ? [] : [origin]);
      expect(answer.header('vary')).toBe('Origin');
    }
    expect(page.count).toBe(3);
  });

  it('that a handler changed from what was set above are its own', async () => {
    const above: RequestHandler = (_request, response, next) => {
      response.set({ 'X-Frame-Options': 'DENY', Link: '</a>', 'X-Same': 's' });
      next();
    };
    const { site } = await siteOf(
      (response) => {
        response.append('Link', '</b>').set({ 'X-Frame-Options': 'SAMEORIGIN', 'X-Same': 's' }).send('page');
      },
      { above: [above] },
    );

    for (const answer of [await site.get('/'), await site.get('/')]) {
      expect(answer.lines('link')).toEqual(['</a>', '</b>']);
      expect(answer.lines('x-frame-options')).toEqual(['SAMEORIGIN']);
      expect(answer.lines('x-same')).toEqual(['s']);
    }
  });

  it('that a handler took away from what was set above stay away', async () => {
    const above: RequestHandler = (_request, response, next) => {
      response.set({ 'X-Frame-Options': 'DENY', 'X-Other': 'o' });
      next();
    };
    const { site } = await siteOf((response) => (response.removeHeader('X-Frame-Options'), response.send('page')), {
      above: [above],
    });

    for (const answer of [await site.get('/'), await site.get('/')]) {
      expect(answer.header('x-frame-options')).toBeUndefined();
      expect(answer.header('x-other')).toBe('o');
    }
  });

  it('join what middleware above the cache varies by', async () => {
    const above: RequestHandler = (request, response, next) => {
      if (request.headers.origin === undefined) response.vary('Origin');
      next();
    };
    const { site } = await siteOf((response) => response.vary('Accept').send('page'), { above: [above] });

    expect((await site.get('/', { headers: { origin: 'https://a.example' } })).header('vary')).toBe('Accept');
    expect((await site.get('/')).header('vary')).toBe('Origin, Accept');
    expect((await site.get('/')).cacheStatus).toMatch(/^hit/);
  });

  it('tell on a hit when the answer was made', async () => {
    const made = 'Wed, 31 Dec 2025 23:59:50 GMT';
    const { site } = await siteOf((response) => response.set('Date', made).send('page'));
    const { site: silent } = await siteOf((response) => response.send('page'));

    expect([(await site.get('/')).lines('date'), (await site.get('/')).lines('date')]).toEqual([[made], [made]]);
    await silent.get('/');
    expect((await silent.get('/')).lines('date')).toEqual(['Thu, 01 Jan 2026 00:00:00 GMT']);
  });

  it('that belong to one connection are not stored', async () => {
    const { site, page } = await siteOf((response) => {
      response.set({ Connection: 'close, X-Hop', 'X-Hop': '1', 'Proxy-Authenticate': 'Basic', 'X-End': '2' });
      response.set({ TE: 'trailers', 'Proxy-Connection': 'close', Upgrade: 'h2c' }).send('page');
    });

    const miss = await site.get('/');
    const hit = await site.get('/');

    expect(miss.header('x-hop')).toBe('1');
    expect(hit.header('x-end')).toBe('2');
    for (const name of ['x-hop', 'proxy-authenticate', 'te', 'proxy-connection', 'upgrade']) {
      expect([name, hit.header(name)]).toEqual([name, undefined]);
    }
    expect(page.count).toBe(1);
  });

  it('count the age that a response came with', async () => {
    const { site } = await siteOf((response) =>
      response.set({ Age: '20', 'Cache-Control': 'max-age=60' }).send('page'),
    );

    expect((await site.get('/')).lines('age')).toEqual(['20']);
    const hit = await site.get('/');
    expect([hit.lines('age'), hit.cacheStatus]).toEqual([['20'], 'hit; ttl=40']);
  });

  it('say to clients what the policy says where the handler is silent', async () => {
    const { site } = await siteOf(
      (response) => {
        if (response.req.path === '/expires') response.set('Expires', 'Thu, 01 Jan 2026 00:01:00 GMT');
        if (response.req.path === '/private') response.set('Set-Cookie', 'a=1');
        response.send('page');
      },
      { policy: { clientMaxAge: '90s' } },
    );

    for (const [path, control] of [
      ['/', 'max-age=90'],
      ['/expires', undefined],
      ['/private', 'private, no-cache'],
    ] as const) {
      expect([(await site.get(path)).header('cache-control'), (await site.get(path)).header('cache-control')]).toEqual([
        control,
        control,
      ]);
    }
  });

  it('keep the members of Cache-Status and Server-Timing that others wrote', async () => {
    const above: RequestHandler = (_request, response, next) => {
      response.set({ 'Cache-Status': 'origin; hit', 'Server-Timing': 'above;dur=1' });
      next();
    };
    const { site } = await siteOf((response) => response.send('page'), {
      above: [above],
      policy: { serverTiming: true },
    });

    expect((await site.get('/')).header('cache-status')).toBe('origin; hit, cache; fwd=uri-miss; stored');
    expect((await site.get('/')).header('cache-status')).toBe('origin; hit, cache; hit; ttl=300');
    expect((await site.get('/')).header('server-timing')).toMatch(/^above;dur=1, cache;desc="hit; ttl=300", /);
  });

  it('stay well formed whatever name the handler looked for', async () => {
    const { site } = await siteOf((response) => response.send(response.req.headers['a "b"\n\u4e16'] ?? 'none'), {
      policy: { serverTiming: true },
    });

    const answer = await site.get('/');

    expect(answer.cacheStatus).toBe('fwd=uri-miss; detail="read:a ?b???"');
    expect(answer.header('server-timing')).toMatch(/^cache;desc="[^"]*"$/);
  });
});
