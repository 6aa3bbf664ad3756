import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { purge } from '../../src/index.ts';
import { attachCache, cachedListener, createNodeHandler, type ResponsePolicy } from '../../src/node/index.ts';
import { testCache } from '../support/test-cache.ts';

type Page = (request: IncomingMessage, response: ServerResponse, run: number) => void;

const plainPage: Page = (_request, response, run) => {
  response.setHeader('Content-Type', 'text/plain');
  response.setHeader('Last-Modified', 'Sat, 01 Jan 2022 00:00:00 GMT');
  response.end(`page ${run}`);
};

interface SiteOptions {
  readonly page?: Page;
  readonly policy?: ResponsePolicy;
  /** Stands above the cache. */
  readonly above?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly attached?: boolean;
}

/** A server with a cached page. `ask` returns all bytes of an answer; `longWay` counts the requests that came to what is above the cache. */
async function start({ page = plainPage, policy = {}, above = () => {}, attached = true }: SiteOptions = {}) {
  const { cache, clock } = testCache();
  const handle = createNodeHandler(cache, { fastPath: true, ...policy });
  const count = { longWay: 0, runs: 0 };
  const server = createServer((request, response) => {
    count.longWay += 1;
    above(request, response);
    const identified = request.headers['x-user'] !== undefined;
    const next = (): void => {
      count.runs += 1;
      page(request, response, count.runs);
    };
    handle({ request, response, url: request.url ?? '/', identified, next });
  });
  const detach = attached ? attachCache(server, cache) : () => {};
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const ask = async (
    lines: readonly string[] = [],
    first = 'GET /page HTTP/1.1',
    host = 'a.example',
  ): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${[first, `Host: ${host}`, 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`);
    let text = '';
    for await (const chunk of socket.setEncoding('latin1')) text += chunk as string;
    return text;
  };
  /** Asks until the fast path has learned, and says how often the long way was taken after that. */
  const learn = async (...asked: Parameters<typeof ask>): Promise<void> => {
    for (let i = 0; i < 4; i += 1) await ask(...asked);
  };
  const goesLongWay = async (...asked: Parameters<typeof ask>): Promise<boolean> => {
    const before = count.longWay;
    await ask(...asked);
    return count.longWay > before;
  };
  return { cache, clock, count, ask, learn, goesLongWay, detach };
}

describe('hits before the framework', () => {
  it('are the same bytes as on the long way, apart from what tells the time', async () => {
    const { ask, count, clock } = await start({
      above: (_request, response) => {
        response.setHeader('X-Above', ['a', 'b']);
        response.setHeader('Vary', 'Origin');
      },
    });
    await ask();
    const long = await ask();
    await ask();
    expect(count.longWay).toBe(3);
    clock.advance(5_000);
    const short = await ask();

    expect(count).toEqual({ longWay: 3, runs: 1 });
    expect(short).toContain('Age: 5\r\n');
    expect(short).toContain('cache; hit; ttl=295');
    const untimed = (text: string): string => text.replace(/Age: \d+/, '').replace(/ttl=\d+/, '');
    expect(untimed(short)).toBe(untimed(long));
  });

  it('answer 304 and HEAD like the long way', async () => {
    const { ask, learn, count } = await start();
    await learn();
    const unchanged = [`If-None-Match: ${/ETag: (\S+)/.exec(await ask())?.[1]}`];
    await learn(unchanged);
    const since = ['If-Modified-Since: Sat, 01 Jan 2022 00:00:00 GMT'];
    await learn(since);
    const { longWay } = count;

    expect(await ask(unchanged)).toMatch(/^HTTP\/1\.1 304 (?![\s\S]*page 1)[\s\S]*cache; hit/);
    expect(await ask(since)).toMatch(/^HTTP\/1\.1 304 /);
    expect(await ask([], 'HEAD /page HTTP/1.1')).toMatch(
      /^HTTP\/1\.1 200 [\s\S]*Content-Length: 6\r\n[\s\S]*\r\n\r\n$/,
    );
    expect(count.longWay).toBe(longWay);
  });

  it('end with an invalidation, a purge, an expiry and a newer response', async () => {
    const { cache, clock, ask, learn, goesLongWay } = await start({ policy: { maxAge: '10s' } });
    await learn();
    expect(await goesLongWay()).toBe(false);
    await purge(cache, { urls: ['http://a.example/page'] });
    expect(await goesLongWay()).toBe(true);

    await learn();
    expect(await goesLongWay()).toBe(false);
    clock.advance(10_000);
    expect(await ask()).toContain('page 3');

    await learn();
    expect(await goesLongWay()).toBe(false);
    await cache.clear();
    expect(await ask()).toContain('page 4');
  });

  it.each([
    ['another method', [], 'OPTIONS /page HTTP/1.1'],
    ['Authorization', ['Authorization: Basic eDp5'], undefined],
    ['a cookie', ['Cookie: a=b'], undefined],
    ['a range', ['Range: bytes=0-1'], undefined],
    ['directives to caches', ['Cache-Control: no-cache'], undefined],
    ['a precondition', ['If-Match: "x"'], undefined],
    ['another validator', ['If-None-Match: "x"'], undefined],
    ['a body', ['Content-Length: 1', '', 'x'], undefined],
    ['chunks', ['Transfer-Encoding: chunked', '', '0', ''], undefined],
    ['a field that is not known', ['X-User: 7'], undefined],
    ['another scheme before the proxy', ['X-Forwarded-Proto: http'], undefined],
    ['an origin', ['Origin: http://b.example'], undefined],
    ['another path', [], 'GET /other HTTP/1.1'],
    ['another query', [], 'GET /page?a HTTP/1.1'],
  ] as const)('go the long way with %s', async (_what, lines, first) => {
    const { learn, goesLongWay } = await start();
    await learn();

    expect(await goesLongWay()).toBe(false);
    expect(await goesLongWay(lines, first)).toBe(true);
    expect(
      await goesLongWay(['User-Agent: x', 'Accept: */*', 'X-Forwarded-For: 1.2.3.4', 'sec-fetch-mode: navigate']),
    ).toBe(false);
  });

  it('go the long way for another host until it is known, too', async () => {
    const { learn, goesLongWay, ask } = await start({
      page: (request, response) => response.end(request.headers.host),
    });
    await learn();

    expect(await goesLongWay([], undefined, 'b.example')).toBe(true);
    await learn([], undefined, 'b.example');
    expect(await goesLongWay([], undefined, 'b.example')).toBe(false);
    expect(await ask([], undefined, 'b.example')).toMatch(/b\.example$/);
    expect(await ask()).toMatch(/a\.example$/);
  });

  it('are told apart by what the response varies by', async () => {
    const { learn, goesLongWay, ask } = await start({
      page: (request, response) => response.end(`in ${request.headers['accept-language']}`),
    });
    await learn(['Accept-Language: de']);
    expect(await goesLongWay(['Accept-Language: de'])).toBe(false);
    expect(await goesLongWay(['Accept-Language: fr'])).toBe(true);
    await learn(['Accept-Language: fr']);

    expect(await ask(['Accept-Language: fr'])).toMatch(/in fr$/);
    expect(await ask(['Accept-Language: de'])).toMatch(/in de$/);
  });

  it('never come to be where something above the cache sets another field each time, or a cookie', async () => {
    let id = 0;
    const changing = await start({ above: (_request, response) => response.setHeader('X-Request-Id', (id += 1)) });
    const cookies = await start({ above: (_request, response) => response.setHeader('Set-Cookie', 'a=b') });
    await changing.learn();
    await cookies.learn();

    expect([await changing.goesLongWay(), await cookies.goesLongWay()]).toEqual([true, true]);
  });

  it('ignore cookies where the policy says that none count', async () => {
    const { learn, goesLongWay } = await start({ policy: { cookies: [] } });
    await learn();

    expect(await goesLongWay(['Cookie: a=b'])).toBe(false);
  });

  it('are off without the policy, without being attached, and after being taken away', async () => {
    const unwanted = await start({ policy: { fastPath: false } });
    const unattached = await start({ attached: false });
    const site = await start();
    await unwanted.learn();
    await unattached.learn();
    await site.learn();

    expect([await unwanted.goesLongWay(), await unattached.goesLongWay(), await site.goesLongWay()]).toEqual([
      true,
      true,
      false,
    ]);
    site.detach();
    expect(await site.goesLongWay()).toBe(true);
  });

  it('work as a listener around an app', async () => {
    const { cache } = testCache();
    const handle = createNodeHandler(cache.namespace('pages'), { fastPath: true });
    let longWay = 0;
    const listener = cachedListener((request, response) => {
      longWay += 1;
      handle({ request, response, url: request.url ?? '/', identified: false, next: () => response.end('page') });
    }, cache);
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    // fetch() sends a field of its own that is harmless, and `Accept-Language: *`.
    for (let i = 0; i < 4; i += 1) expect(await (await fetch(url)).text()).toBe('page');

    expect(longWay).toBe(3);
  });
});
