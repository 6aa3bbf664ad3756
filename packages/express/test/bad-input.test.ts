import { type Cache, CacheError } from '@cache/core';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe('wrong options', () => {
  it.each<[string, unknown, string]>([
    ['maxAge', -1, 'milliseconds'],
    ['maxAge', '5 minutes', "'5m'"],
    ['maxAge', Number.NaN, "'forever'"],
    ['maxAge', Infinity, "'forever'"],
    ['maxAge', null, 'milliseconds'],
    ['staleWhileRevalidate', 'soon', "'1h'"],
    ['staleWhileRevalidate', true, 'milliseconds'],
    ['clientMaxAge', '1y', "'1h'"],
    ['collapseTimeout', '-1s', "'1h'"],
    ['headers', 'accept', 'an array of names'],
    ['headers', ['x key'], 'an array of names'],
    ['headers', [''], 'an array of names'],
    ['headers', [7], 'an array of names'],
    ['headers', ['Cookie'], 'other than'],
    ['headers', ['AUTHORIZATION'], 'other than'],
    ['headers', ['range'], 'other than'],
    ['headers', ['*'], 'other than'],
    ['cookies', 'session', 'an array of names'],
    ['cookies', true, 'an array of names'],
    ['cookies', ['a;b'], 'an array of names'],
    ['cookies', ['a=b'], 'an array of names'],
    ['cookies', [null], 'an array of names'],
    ['maxBodyBytes', -1, 'a whole number'],
    ['maxBodyBytes', 1.5, 'a whole number'],
    ['maxBodyBytes', '4mb', 'a whole number'],
    ['maxBodyBytes', Infinity, 'a whole number'],
    ['serverTiming', 'yes', 'true or false'],
    ['ttl', '5m', 'maxAge'],
    ['tags', ['a'], 'maxAge'],
    ['maxage', '5m', 'maxAge'],
  ])('are refused at the call, by name and with what is allowed: %s = %j', (option, value, allowed) => {
    const { cache } = testCache();
    const make = (): RequestHandler => cacheResponse(cache, { [option]: value } as ResponsePolicy);

    expect(make).toThrow(CacheError);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }));
    expect(make).toThrow(`\`${option}\``);
    expect(make).toThrow(allowed);
  });

  it.each([[null], ['5m'], [5]])('are refused as a whole: policy = %j', (policy) => {
    const { cache } = testCache();

    expect(() => cacheResponse(cache, policy as unknown as ResponsePolicy)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'policy' }),
    );
  });

  it.each([[undefined], [null], [{}], ['cache'], [new Map()]])('are refused in place of a cache: %s', (cache) => {
    expect(() => cacheResponse(cache as unknown as Cache)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'cache' }),
    );
  });

  it('are told from right ones at their limits', () => {
    const { cache } = testCache();
    const policies: ResponsePolicy[] = [
      {},
      { maxAge: 0, staleWhileRevalidate: 'forever', clientMaxAge: 'forever', collapseTimeout: 0 },
      { headers: [], cookies: [], maxBodyBytes: 0, serverTiming: true },
      { headers: ['X-A', 'x-a', "!#$%&'*+-.^_`|~9"], cookies: ['__Host-id'] },
    ];

    for (const policy of policies) expect(typeof cacheResponse(cache, policy)).toBe('function');
  });
});

/** Requests as bytes, without the blank line at their end; `Connection: close` and a Host are added where there is none. */
const MALFORMED: [string, string][] = [
  ['no Host', 'GET /page HTTP/1.1\r\nConnection: close'],
  ['an unknown version', 'GET /page HTTP/7.3\r\nHost: a'],
  ['garbage', '\x16\x03\x01\x02'],
  ['a method in lower case', 'get /page HTTP/1.1\r\nHost: a'],
  ['an invalid method', 'G@T /page HTTP/1.1\r\nHost: a'],
  ['a blank in the target', 'GET /pa ge HTTP/1.1\r\nHost: a'],
  ['a NUL in the target', 'GET /pa\0ge HTTP/1.1\r\nHost: a'],
  ['a broken escape', 'GET /items/%E0%A4%A HTTP/1.1\r\nHost: a\r\nConnection: close'],
  ['a lone percent sign', 'GET /items/% HTTP/1.1\r\nHost: a\r\nConnection: close'],
  ['a field without a name', 'GET /page HTTP/1.1\r\nHost: a\r\n: x'],
  ['a blank in a field name', 'GET /page HTTP/1.1\r\nHost: a\r\nX Y: z'],
  ['a control character in a value', 'GET /page HTTP/1.1\r\nHost: a\r\nX: \x01'],
  ['a folded field', 'GET /page HTTP/1.1\r\nHost: a\r\n folded: x'],
  ['a wrong length', 'GET /page HTTP/1.1\r\nHost: a\r\nContent-Length: many'],
  ['a negative length', 'GET /page HTTP/1.1\r\nHost: a\r\nContent-Length: -1'],
  ['two lengths', 'GET /page HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5'],
  ['a length and chunks', 'GET /page HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked'],
  ['more fields than fit', `GET /page HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}`],
  ['a target that is no path', 'GET page HTTP/1.1\r\nHost: a\r\nConnection: close'],
  ['OPTIONS for everything', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close'],
  ['an expectation nobody knows', 'GET /page HTTP/1.1\r\nHost: a\r\nExpect: gold\r\nConnection: close'],
];

/** Well formed as messages, but with values that cannot be read. */
const ODD_FIELDS: [string, string][] = [
  ['Range', 'bytes=9-0'],
  ['Range', 'lines=1-2'],
  ['If-None-Match', '"""'],
  ['If-None-Match', 'W/'],
  ['If-Modified-Since', 'Thu, 99 Xxx 2026 99:99:99 GMT'],
  ['Cookie', ';;==;\xff'],
  ['Accept-Language', ';q=,,;;,*;q=x'],
  ['Accept', '///;q=zero'],
  ['Accept-Encoding', '\xe9,;'],
  ['Cache-Control', '"no-store'],
  ['Cache-Control', 'max-age="'],
  ['Authorization', '\xff'],
  ['X-Forwarded-For', ',,,'],
];

describe.each(expressVersions)('malformed requests on $version', ({ express }) => {
  async function sites(): Promise<{ cached: Site; plain: Site; runs: () => number }> {
    const { cache } = testCache();
    let runs = 0;
    const siteWith = (...above: RequestHandler[]): Promise<Site> => {
      const page = counted((request, response) => {
        runs += 1;
        const { host } = request.headers;
        response.send([host === 'a', request.acceptsLanguages('de'), request.accepts('html'), 'page'].join());
      });
      const app = express().set('env', 'test');
      for (const middleware of above) app.use(middleware);
      return startSite(app.get(['/page', '/items/:id'], page.handler));
    };
    return { cached: await siteWith(cacheResponse(cache)), plain: await siteWith(), runs: () => runs };
  }

  const statusLine = (answer: string): string => answer.split('\r\n', 1)[0] ?? '';

  it.each(MALFORMED)('get what the framework answers without a cache (%s)', async (_what, request) => {
    const { cached, plain } = await sites();

    const expected = statusLine(await plain.raw(`${request}\r\n\r\n`));
    for (let time = 0; time < 2; time += 1) {
      const answer = await cached.raw(`${request}\r\n\r\n`);
      expect(statusLine(answer)).toBe(expected);
      expect(answer).not.toMatch(/cache-status: cache; hit/i);
    }
    expect(expected).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await cached.get('/page')).status).toBe(200);
    expect((await cached.get('/page')).cacheStatus).toMatch(/^hit/);
  });

  it.each(ODD_FIELDS)('get the page if only a field is odd (%s: %s)', async (name, value) => {
    const { cached, plain } = await sites();
    const request = `GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${name}: ${value}\r\n\r\n`;
    const body = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

    const expected = await plain.raw(request);
    const miss = await cached.raw(request);
    const repeated = await cached.raw(request);

    expect([statusLine(miss), body(miss)]).toEqual([statusLine(expected), body(expected)]);
    expect([statusLine(repeated), body(repeated)]).toEqual([statusLine(expected), body(expected)]);
  });

  it('with two hosts are kept under the one that the handler sees', async () => {
    const { cached } = await sites();
    const two = (first: string, second: string): string =>
      `GET /page HTTP/1.1\r\nHost: ${first}\r\nHost: ${second}\r\nConnection: close\r\n\r\n`;

    const answers = [await cached.raw(two('a', 'b')), await cached.raw(two('b', 'a')), await cached.raw(two('a', 'b'))];

    expect(answers.map((answer) => answer.includes('\r\n\r\ntrue,'))).toEqual([true, false, true]);
  });
});
