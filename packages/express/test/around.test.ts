import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { type Answer, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

const PAGE = 'a page that is worth its compression. '.repeat(100);
const MODES = ['safe', 'standard'] as const;

/** The text of an answer, whatever it is coded with. */
function textOf(answer: Answer): string {
  const { body } = answer;
  const coding = answer.header('content-encoding');
  if (coding === 'gzip') return gunzipSync(body).toString();
  return (coding === 'br' ? brotliDecompressSync(body) : body).toString();
}

describe.each(expressVersions)('around the cache on $version', ({ express }) => {
  async function start(
    answer: (request: Request, response: Response, run: number) => void,
    {
      above = [],
      below = [],
      policy = {},
    }: { above?: RequestHandler[]; below?: RequestHandler[]; policy?: ResponsePolicy },
  ) {
    const { cache, clock } = testCache();
    const page = counted(answer);
    const handler = cacheResponse(cache, policy) as RequestHandler;
    const app = express()
      .set('env', 'test')
      .use(...above, handler, ...below, page.handler);
    return { site: await startSite(app), page, clock };
  }

  describe.each(['above', 'below'] as const)('compression %s', (where) => {
    const answers: [string, (response: Response) => void][] = [
      ['at once', (response) => void response.type('html').send(PAGE)],
      [
        'in pieces',
        (response) => {
          response.type('html').write(PAGE.slice(0, 100));
          response.end(PAGE.slice(100));
        },
      ],
      ['as a stream', (response) => void Readable.from([PAGE.slice(0, 9), PAGE.slice(9)]).pipe(response.type('html'))],
    ];

    it.each(answers)('codes each answer as its client asked, sent %s', async (_how, send) => {
      for (const mode of MODES) {
        const { site, page } = await start((_request, response) => send(response.set('Cache-Control', 'max-age=60')), {
          [where]: [compression() as RequestHandler],
          policy: { mode },
        });
        const ask = (accepted?: string): Promise<Answer> =>
          site.get('/', { headers: accepted === undefined ? {} : { 'accept-encoding': accepted } });

        const codings = [undefined, 'gzip', 'br', 'identity', 'gzip;q=0', undefined, 'gzip', 'br'];
        const told = [];
        for (const coding of codings) {
          const answer = await ask(coding);
          expect(textOf(answer)).toBe(PAGE);
          told.push(answer.header('content-encoding'));
        }

        expect(told).toEqual([undefined, 'gzip', 'br', undefined, undefined, undefined, 'gzip', 'br']);
        expect((await ask('gzip')).cacheStatus).toMatch(/^hit/);
        expect((await ask('gzip')).header('vary')?.toLowerCase()).toContain('accept-encoding');
        expect(page.count).toBeLessThanOrEqual(new Set(codings).size);
      }
    });

    it('leaves 304, HEAD and ranges right', async () => {
      const { site } = await start(
        (_request, response) =>
          void response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"' }).type('html').send(PAGE),
        { [where]: [compression() as RequestHandler], policy: { mode: 'standard' } },
      );
      const headers = { 'accept-encoding': 'gzip' };
      const whole = await site.get('/', { headers });
      const etag = whole.header('etag') ?? '';

      expect((await site.get('/', { headers: { ...headers, 'if-none-match': etag } })).status).toBe(304);
      const head = await site.head('/', headers);
      expect([head.status, head.body.length]).toEqual([200, 0]);
      const part = await site.get('/', { headers: { range: 'bytes=2-5' } });
      expect([part.status, textOf(part)]).toEqual(part.status === 206 ? [206, 'page'] : [200, PAGE]);
      expect(textOf(await site.get('/', { headers }))).toBe(PAGE);
    });
  });

  it.each(['above', 'below'] as const)('middleware that changes heads at the last moment works %s', async (where) => {
    const late: RequestHandler = (_request, response, next) => {
      // oxlint-disable-next-line typescript/unbound-method -- called with its response below
      const { writeHead } = response;
      response.writeHead = function patched(this: Response, ...args: unknown[]) {
        this.setHeader('X-Late', String(Number(this.getHeader('x-late') ?? 0) + 1));
        return Reflect.apply(writeHead, this, args) as Response;
      } as Response['writeHead'];
      next();
    };
    const { site } = await start((_request, response) => void response.send('page'), { [where]: [late] });

    const lines = [await site.get('/'), await site.get('/'), await site.get('/')].map((answer) =>
      answer.lines('x-late'),
    );

    expect(lines).toEqual([['1'], ['1'], ['1']]);
  });

  it('a late middleware below may still forbid to store', async () => {
    const late: RequestHandler = (_request, response, next) => {
      // oxlint-disable-next-line typescript/unbound-method -- called with its response below
      const { writeHead } = response;
      response.writeHead = function patched(this: Response, ...args: unknown[]) {
        this.setHeader('Set-Cookie', 'session=ann');
        return Reflect.apply(writeHead, this, args) as Response;
      } as Response['writeHead'];
      next();
    };
    const { site } = await start((_request, response) => void response.send('page'), { below: [late] });
    await site.get('/');

    expect((await site.get('/')).cacheStatus).toBe('fwd=uri-miss; detail=set-cookie');
  });

  it.each(MODES)('early hints pass and are not stored (%s)', async (mode) => {
    const { site, page } = await start(
      (_request, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.set('Cache-Control', 'max-age=60').send('page');
      },
      { policy: { mode } },
    );
    const raw = (): Promise<string> => site.raw('GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n');

    const [first, second] = [await raw(), await raw()];

    expect(first).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/style\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
    expect(second).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(second).not.toMatch(/preload/i);
    expect([second.includes('cache; hit'), page.count]).toEqual([true, 1]);
  });

  it.each(MODES)('no field that is for one connection, or for some, is on a hit (%s)', async (mode) => {
    const fields = {
      Connection: 'X-Listed, close',
      'X-Listed': 'secret',
      'Keep-Alive': 'timeout=99',
      'Proxy-Authenticate': 'Basic',
      'Proxy-Authentication-Info': 'secret',
      'Proxy-Connection': 'keep-alive',
      TE: 'trailers',
      Trailer: 'X-End',
      Upgrade: 'h2c',
      'X-Kept': 'yes',
    };
    const { site } = await start(
      (_request, response) => {
        response.set('Cache-Control', 'max-age=60').set(fields);
        response.write('pa');
        response.end('ge');
      },
      { policy: { mode } },
    );
    const first = await site.get('/');
    const hit = await site.raw(
      'GET / HTTP/1.1\r\nHost: 127.0.0.1:' +
        String(site.port) +
        '\r\n\r\nGET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    const [head = ''] = hit.split('\r\n\r\n');

    expect(first.header('x-listed')).toBe('secret');
    expect(head).toContain('; hit; ttl=60');
    expect(head).toContain('X-Kept: yes');
    expect(head).toContain('Content-Length: 4');
    expect(head).not.toMatch(/^(x-listed|proxy-[\w-]+|te|trailer|upgrade|transfer-encoding):|timeout=99/im);
  });

  it('fields that `private` and `no-cache` name are on the first answer and on no hit', async () => {
    const { site } = await start(
      (_request, response) => {
        response.set('Cache-Control', 'max-age=60, private="X-Secret, Set-Cookie", no-cache=X-Also');
        response.set({ 'X-Secret': 'ann', 'X-Also': 'ann', 'X-Kept': 'yes', 'Set-Cookie': 'session=ann' }).send('page');
      },
      { policy: { mode: 'standard' } },
    );
    const first = await site.get('/');
    const hit = await site.get('/');

    expect(['x-secret', 'x-also', 'set-cookie', 'x-kept'].map((name) => first.header(name))).toEqual([
      'ann',
      'ann',
      'session=ann',
      'yes',
    ]);
    expect(['x-secret', 'x-also', 'set-cookie', 'x-kept'].map((name) => hit.header(name))).toEqual([
      undefined,
      undefined,
      undefined,
      'yes',
    ]);
    expect(hit.cacheStatus).toBe('hit; ttl=60');
  });
});
