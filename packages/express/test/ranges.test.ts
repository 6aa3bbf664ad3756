import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { Request, RequestHandler, Response } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { type Answer, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Handler = (request: Request, response: Response, run: number) => void;

const WHOLE = '0123456789';
const MADE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const A_MINUTE_BEFORE = 'Wed, 31 Dec 2025 23:59:00 GMT';
const A_SECOND_BEFORE = 'Wed, 31 Dec 2025 23:59:59 GMT';

/** An origin that knows one range, with what it takes for the current entity tag. */
function origin(tag: (run: number) => string | undefined, more: Record<string, string> = {}): Handler {
  return (request, response, run) => {
    const etag = tag(run);
    response.set({ 'Cache-Control': 'max-age=60', ...more });
    if (etag !== undefined) response.set('ETag', etag);
    const { range, 'if-range': ifRange } = request.headers;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (first === undefined || (ifRange !== undefined && ifRange !== etag)) return void response.end(WHOLE);
    const body = WHOLE.slice(Number(first), last === '' ? undefined : Number(last) + 1);
    response
      .status(206)
      .set('Content-Range', `bytes ${first}-${Number(first) + body.length - 1}/10`)
      .end(body);
  };
}

describe.each(expressVersions)('ranges on $version', ({ express }) => {
  async function start(handler: Handler, policy: ResponsePolicy = { mode: 'standard' }) {
    const { cache, clock } = testCache();
    const page = counted(handler);
    const above = cacheResponse(cache, policy) as RequestHandler;
    const site = await startSite(express().set('etag', false).use(above, page.handler));
    const ask = (range?: string, fields: Record<string, string> = {}): Promise<Answer> =>
      site.get('/', { headers: { ...(range !== undefined && { range }), ...fields } });
    return { site, page, clock, ask };
  }

  describe.each<ResponsePolicy>([{ mode: 'standard' }, {}])('of a stored response, with the policy %j', (policy) => {
    it.each([
      ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
      ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=-30', 206, WHOLE, 'bytes 0-9/10'],
      ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
      ['BYTES = 9-9', 206, '9', 'bytes 9-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=-0', 416, '', 'bytes */10'],
      ['bytes=0-1,4-5', 200, WHOLE, undefined],
      ['bytes=0-1, -2', 200, WHOLE, undefined],
      ['bytes=3-1', 200, WHOLE, undefined],
      ['items=0-1', 200, WHOLE, undefined],
      ['bytes=a-b', 200, WHOLE, undefined],
      ['bytes', 200, WHOLE, undefined],
    ])('%s is answered with %i', async (range, status, text, contentRange) => {
      const { ask, page } = await start((_request, response) => {
        response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"', 'X-Page': 'kept' }).type('txt').end(WHOLE);
      }, policy);
      await ask();

      const answer = await ask(range);

      expect([answer.status, answer.text, answer.header('content-range')]).toEqual([status, text, contentRange]);
      expect(answer.header('content-length')).toBe(String(text.length));
      expect([answer.header('etag'), answer.header('x-page')]).toEqual(['"v1"', 'kept']);
      expect(answer.header('content-type')).toBe(status === 416 ? undefined : 'text/plain; charset=utf-8');
      expect(answer.cacheStatus).toBe('hit; ttl=60');
      expect(page.count).toBe(1);
    });

    it('means nothing to HEAD', async () => {
      const { ask, site } = await start(
        (_request, response) => void response.set('Cache-Control', 'max-age=60').end(WHOLE),
        policy,
      );
      await ask();

      const head = await site.head('/', { range: 'bytes=0-3' });

      expect([head.status, head.header('content-length')]).toEqual([200, '10']);
    });

    it.each<[what: string, fields: Record<string, string>, ifRange: string, status: number]>([
      ['the same strong tag', { ETag: '"v1"' }, '"v1"', 206],
      ['another tag', { ETag: '"v1"' }, '"v2"', 200],
      ['a weak tag', { ETag: 'W/"v1"' }, 'W/"v1"', 200],
      ['the strong form of a weak tag', { ETag: 'W/"v1"' }, '"v1"', 200],
      ['the weak form of a strong tag', { ETag: '"v1"' }, 'W/"v1"', 200],
      ['a list of tags', { ETag: '"v1"' }, '"v1", "v2"', 200],
      ['a star', { ETag: '"v1"' }, '*', 200],
      ['a date long enough before', { 'Last-Modified': A_MINUTE_BEFORE }, A_MINUTE_BEFORE, 206],
      ['a date too near', { 'Last-Modified': A_SECOND_BEFORE }, A_SECOND_BEFORE, 200],
      ['a later date', { 'Last-Modified': A_MINUTE_BEFORE }, MADE, 200],
      ['a date where there is none', { ETag: '"v1"' }, A_MINUTE_BEFORE, 200],
    ])('If-Range with %s', async (_what, fields, ifRange, status) => {
      const { ask } = await start((_request, response) => {
        response.set({ 'Cache-Control': 'max-age=60', Date: MADE, ...fields }).end(WHOLE);
      }, policy);
      await ask();

      const answer = await ask('bytes=0-3', { 'if-range': ifRange });

      expect([answer.status, answer.text]).toEqual([status, status === 206 ? '0123' : WHOLE]);
      expect(answer.cacheStatus).toBe('hit; ttl=60');
    });

    it('comes after the other conditions', async () => {
      const { ask } = await start((_request, response) => {
        response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"' }).end(WHOLE);
      }, policy);
      await ask();

      expect((await ask('bytes=0-3', { 'if-none-match': '"v1"' })).status).toBe(304);
      expect((await ask('bytes=0-3', { 'if-none-match': '"v2"' })).status).toBe(206);
    });
  });

  it('are left to a handler that sends a file while nothing is stored, and cut out of the file after that', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ranges-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    writeFileSync(join(folder, 'page.txt'), WHOLE);
    for (const mode of ['standard', 'safe'] as const) {
      const { ask, page } = await start(
        (_request, response) => {
          response.sendFile('page.txt', { root: folder, maxAge: 60_000 });
        },
        { mode },
      );

      const part = await ask('bytes=2-4');
      const whole = await ask();
      const cut = await ask('bytes=2-4');
      const several = await ask('bytes=0-0,9-9');

      expect([part.status, part.text]).toEqual([206, '234']);
      expect([whole.status, whole.text]).toEqual([200, WHOLE]);
      expect([cut.status, cut.text, cut.header('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
      expect(cut.cacheStatus).toBe('hit; ttl=60');
      expect(several.text).toBe(WHOLE);
      expect(page.count).toBe(2);
    }
  });

  it('are cut out of a response that came as a stream', async () => {
    const { ask } = await start((_request, response) => {
      response.set('Cache-Control', 'max-age=60');
      Readable.from([WHOLE.slice(0, 3), WHOLE.slice(3, 4), WHOLE.slice(4)]).pipe(response);
    });
    await ask();

    expect((await ask('bytes=2-4')).text).toBe('234');
  });

  describe('a stored part', () => {
    it('answers what lies in it, and nothing else', async () => {
      const { ask, page, site } = await start(origin(() => '"v1"'));
      await ask('bytes=2-6');

      const texts = [await ask('bytes=2-6'), await ask('bytes=3-5'), await ask('bytes=6-6')].map(({ text }) => text);
      expect([texts, page.count]).toEqual([['23456', '345', '6'], 1]);
      expect((await ask('bytes=5-7')).text).toBe('567');
      expect((await ask('bytes=-1', { 'if-range': '"v2"' })).text).toBe(WHOLE);
      expect((await site.head('/')).status).toBe(200);
    });

    it('is completed by what is missing, if both have the same strong tag', async () => {
      const ranges: (string | undefined)[] = [];
      const { ask, page } = await start((request, response, run) => {
        ranges.push(request.headers.range, request.headers['if-range'] as string | undefined);
        origin(() => '"v1"')(request, response, run);
      });
      await ask('bytes=0-3');

      const whole = await ask();
      const hit = await ask();

      expect(ranges).toEqual(['bytes=0-3', undefined, 'bytes=4-', '"v1"']);
      expect([whole.status, whole.text, whole.header('content-range')]).toEqual([200, WHOLE, undefined]);
      expect(whole.cacheStatus).toBe('fwd=partial; fwd-status=206; stored');
      expect(whole.header('content-length')).toBe('10');
      expect([hit.text, hit.cacheStatus, page.count]).toEqual([WHOLE, 'hit; ttl=60', 2]);
    });

    it('is completed at its front as well as at its end', async () => {
      const { ask, page } = await start(origin(() => '"v1"'));
      await ask('bytes=6-');

      expect((await ask()).text).toBe(WHOLE);
      expect((await ask()).cacheStatus).toBe('hit; ttl=60');
      expect(page.count).toBe(2);
    });

    it('joined to a second one answers for both', async () => {
      const { ask, page } = await start(origin(() => '"v1"'));
      await ask('bytes=0-3');
      await ask('bytes=4-6');

      expect([(await ask('bytes=2-5')).text, page.count]).toEqual(['2345', 2]);
      await ask('bytes=7-9');
      expect([(await ask()).text, page.count]).toEqual([WHOLE, 3]);
    });

    it.each<[what: string, tag: (run: number) => string | undefined]>([
      ['no tag', () => undefined],
      ['a weak tag', () => 'W/"v1"'],
      ['another tag each time', (run) => `"v${run}"`],
    ])('is never joined to another one with %s: the client gets the whole', async (_what, tag) => {
      const { ask } = await start((request, response, run) => {
        origin(tag)(request, response, run);
      });
      await ask('bytes=0-3');
      await ask('bytes=4-6');

      const whole = await ask();

      expect([whole.status, whole.text, whole.header('content-range')]).toEqual([200, WHOLE, undefined]);
    });

    it.each<[what: string, first: string, second?: string]>([
      ['of the same part', 'bytes=0-3', 'bytes=0-3'],
      ['of a part that overlaps', 'bytes=0-3', 'bytes=2-5'],
      ['of a part elsewhere', 'bytes=0-3', 'bytes=6-7'],
      ['of what is not there', 'bytes=0-3', 'bytes=10-'],
    ])('without a tag is no hindrance to a request %s', async (_what, first, second) => {
      for (const tag of [undefined, '"v1"', 'W/"v1"']) {
        const answer = origin(() => tag);
        const { ask } = await start((request, response, run) => {
          if (request.headers.range === 'bytes=10-') response.status(416).set('Content-Range', 'bytes */10').end();
          else answer(request, response, run);
        });
        await ask(first);
        const [from = '0', to = ''] = second?.slice('bytes='.length).split('-') ?? [];
        const wanted = from === '10' ? '' : WHOLE.slice(Number(from), to === '' ? undefined : Number(to) + 1);

        const answered = await ask(second);

        expect([tag, answered.status, answered.text]).toEqual([
          tag,
          second === undefined ? 200 : from === '10' ? 416 : 206,
          wanted,
        ]);
      }
    });

    it.each([500, 503])('whose completion is answered with %i passes that on', async (status) => {
      const { ask } = await start((request, response, run) => {
        if (run === 2) response.status(status).end('else');
        else origin(() => '"v1"')(request, response, run);
      });
      await ask('bytes=0-3');

      const answered = await ask();

      expect([answered.status, answered.text]).toEqual([status, 'else']);
    });

    it.each<[string, (run: number) => string | undefined]>([
      ['no tag', () => undefined],
      ['a weak tag', () => 'W/"v1"'],
    ])('with %s that cannot be completed makes the handler run once more', async (_what, tag) => {
      const { ask } = await start(origin(tag));
      await ask('bytes=0-3');

      const whole = await ask();

      expect([whole.status, whole.text, whole.header('content-range')]).toEqual([200, WHOLE, undefined]);
    });

    it.each([
      ['says too much of its length', 'bytes 4-9/10', '45678'],
      ['is of another length of the whole', 'bytes 4-9/11', '456789'],
      ['is another part', 'bytes 5-9/10', '56789'],
      ['has no range that can be read', 'bytes 4-', '456789'],
    ])('that comes back with a part that %s makes the handler run once more', async (_what, contentRange, body) => {
      const { ask, page } = await start((request, response, run) => {
        if (run !== 2) return origin(() => '"v1"')(request, response, run);
        response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"' });
        response.status(206).set('Content-Range', contentRange).end(body);
      });
      await ask('bytes=0-3');

      const whole = await ask();

      expect([whole.status, whole.text, whole.header('content-range')]).toEqual([200, WHOLE, undefined]);
      expect(page.count).toBe(3);
      expect((await ask()).text).toBe(WHOLE);
    });

    it('that makes the handler run once more does so under routers, other caches and a filtered query', async () => {
      const { cache } = testCache();
      const seen: unknown[] = [];
      const page = counted((request, response, run) => {
        seen.push([request.baseUrl, request.url, request.originalUrl, request.headers.range, response.locals['above']]);
        response.set('X-Below', String(run));
        origin(() => undefined)(request, response, run);
      });
      const outer = cacheResponse(cache.namespace('outer')) as RequestHandler;
      const inner = cacheResponse(cache, { mode: 'standard', query: { ignore: ['a'] } }) as RequestHandler;
      const above: RequestHandler = (_request, response, next) => {
        response.locals['above'] = (Number(response.locals['above']) || 0) + 1;
        response.append('X-Above', 'once');
        next();
      };
      const nested = express().use('/nested', express.Router().use(outer).get('/page', inner, page.handler));
      const site = await startSite(express().set('etag', false).use(above).use('/app', nested));
      const path = '/app/nested/page?a=1&b=2';
      await site.get(path, { headers: { range: 'bytes=0-3' } });

      const whole = await site.get(path);

      expect([whole.status, whole.text, whole.header('content-range')]).toEqual([200, WHOLE, undefined]);
      expect([whole.lines('x-below'), page.count]).toEqual([['3'], 3]);
      const urls = ['/app/nested', '/page?b=2', '/app/nested/page?b=2'];
      expect(seen).toEqual([
        [...urls, 'bytes=0-3', 1],
        [...urls, 'bytes=4-', 1],
        [...urls, undefined, 2],
      ]);
    });

    it('whose completion fails is an error of the origin, and stays', async () => {
      const { ask } = await start((request, response, run) => {
        if (run === 2) response.status(500).end('broken');
        else origin(() => '"v1"')(request, response, run);
      });
      await ask('bytes=0-3');

      expect((await ask()).status).toBe(500);
      expect((await ask('bytes=1-2')).cacheStatus).toBe('hit; ttl=60');
      expect((await ask()).text).toBe(WHOLE);
    });

    it('does not take the place of the whole', async () => {
      const { ask, page } = await start(origin(() => '"v1"'));
      await ask();
      await ask('bytes=0-3', { 'cache-control': 'no-cache' });

      const whole = await ask();

      expect([whole.status, whole.text, whole.cacheStatus]).toEqual([200, WHOLE, 'hit; ttl=60']);
      expect(page.count).toBe(2);
    });
  });
});
