import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted, type CountedHandler } from './support/handlers.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Answer = (request: Request, response: Response, run: number) => void;

const MADE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const OLD = 'Wed, 31 Dec 2025 10:00:00 GMT';

/** What RFC 9111 says of a shared cache, where the public tests of caches do not look. */
describe.each(expressVersions)('the standard mode on $version', ({ express }) => {
  async function start(answer: Answer, policy: ResponsePolicy = {}) {
    const { cache, clock } = testCache();
    const page: CountedHandler = counted(answer);
    const above = cacheResponse(cache, { mode: 'standard', ...policy }) as RequestHandler;
    const app = express().set('etag', false).set('env', 'test').use(above, page.handler);
    const site: Site = await startSite(app);
    return { site, page, clock, cache };
  }

  describe('with only-if-cached', () => {
    it('answers what is stored, and 504 for what is not, is stale, or is asked to be fresher', async () => {
      const { site, page, clock } = await start((_request, response) => {
        response.set('Cache-Control', 'max-age=60, must-revalidate').send('page');
      });
      const only = (more = ''): Promise<number> =>
        site.get('/', { headers: { 'cache-control': `only-if-cached${more}` } }).then(({ status }) => status);

      const before = await only();
      await site.get('/');
      clock.advance(20_000);
      const stored = [
        await only(),
        await only(', max-age=30'),
        await only(', max-age=10'),
        await only(', min-fresh=50'),
      ];
      clock.advance(41_000);

      expect(before).toBe(504);
      expect(stored).toEqual([200, 200, 504, 504]);
      expect([await only(), await only(', max-stale')]).toEqual([504, 504]);
      expect(page.count).toBe(1);
    });
  });

  describe('with max-stale', () => {
    it.each([
      ['max-stale', 'max-age=60', 'old'],
      ['max-stale=10', 'max-age=60', 'old'],
      ['max-stale=4', 'max-age=60', 'new'],
      ['max-stale=x', 'max-age=60', 'new'],
      ['max-stale, no-cache', 'max-age=60', 'new'],
      ['max-stale', 'max-age=60, must-revalidate', 'new'],
      ['max-stale', 'max-age=60, proxy-revalidate', 'new'],
      ['max-stale', 's-maxage=60', 'new'],
      ['max-stale', 'max-age=60, no-cache', 'new'],
    ])('%s gets of `%s`, five seconds stale, the %s one', async (wish, control, expected) => {
      const { site, clock } = await start((_request, response, run) => {
        response.set({ 'Cache-Control': control, ETag: `"${run}"` }).send(run === 1 ? 'old' : 'new');
      });
      await site.get('/');
      clock.advance(65_000);

      expect((await site.get('/', { headers: { 'cache-control': wish } })).text).toBe(expected);
    });
  });

  describe('a stale response', () => {
    it('is replaced by a 200, also for whoever asks after that', async () => {
      const { site, page, clock } = await start((_request, response, run) => {
        response.set({ 'Cache-Control': 'max-age=60', ETag: `"${run}"`, 'X-Run': run }).send(`page ${run}`);
      });
      await site.get('/');
      clock.advance(61_000);

      const replaced = await site.get('/');
      const after = await site.get('/');

      expect([replaced.text, replaced.cacheStatus]).toEqual(['page 2', 'fwd=stale; stored']);
      expect([after.text, after.header('etag'), after.cacheStatus]).toEqual(['page 2', '"2"', 'hit; ttl=60']);
      expect(page.count).toBe(2);
    });

    it('confirmed by a 304 is fresh again, with the new fields and the old body', async () => {
      const { site, page, clock } = await start((request, response, run) => {
        response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"', 'X-Run': run, 'X-Old': run === 1 ? 'kept' : [] });
        if (request.headers['if-none-match'] === '"v1"') response.status(304).set('Content-Type', 'x/y').end();
        else response.type('text/plain').send('page');
      });
      await site.get('/');
      clock.advance(61_000);

      const confirmed = await site.get('/');
      clock.advance(30_000);
      const hit = await site.get('/');
      clock.advance(31_000);
      const again = await site.get('/');

      expect([confirmed.status, confirmed.text]).toEqual([200, 'page']);
      expect(confirmed.cacheStatus).toBe('fwd=stale; fwd-status=304; stored');
      expect([hit.text, hit.header('x-run'), hit.header('x-old'), hit.header('age')]).toEqual([
        'page',
        '2',
        'kept',
        '30',
      ]);
      expect(hit.header('content-type')).toBe('text/plain; charset=utf-8');
      expect(hit.cacheStatus).toBe('hit; ttl=30');
      expect([again.text, again.header('x-run')]).toEqual(['page', '3']);
      expect(page.count).toBe(3);
    });

    it('is not confirmed by a 304 about another entity tag', async () => {
      const { site, page, clock } = await start((request, response) => {
        response.set('Cache-Control', 'max-age=60');
        if (request.headers['if-none-match'] !== undefined) response.status(304).set('ETag', '"other"').end();
        else response.set('ETag', '"v1"').send('page');
      });
      await site.get('/');
      clock.advance(61_000);
      await site.get('/');
      await site.get('/');

      expect(page.count).toBe(3);
    });

    const failures: [how: string, answer: Answer, error: string][] = [
      ['500', (_request, response) => void response.status(500).send('broken'), 'stale-if-error=60'],
      ['503', (_request, response) => void response.status(503).send('broken'), 'stale-if-error=60'],
      ['502', (_request, response) => void response.status(502).send('broken'), 'ext'],
      ['504', (_request, response) => void response.status(504).send('broken'), 'ext'],
      ['a thrown error', () => raise(), 'stale-if-error=60'],
    ];

    it.each(failures)('goes out instead of %s', async (_how, fail, error) => {
      const { site, clock } = await start((request, response, run) => {
        if (run > 1) return fail(request, response, run);
        response.set('Cache-Control', `max-age=60, ${error}`).set('X-Page', 'old').send('page');
      });
      await site.get('/');
      clock.advance(61_000);

      const stale = await site.get('/');
      clock.advance(86_400_000);

      expect([stale.status, stale.text, stale.header('x-page'), stale.header('age')]).toEqual([
        200,
        'page',
        'old',
        '61',
      ]);
      expect(stale.cacheStatus).toMatch(/^fwd=stale; fwd-status=50\d; ttl=-1$/);
      expect((await site.get('/')).status).toBeGreaterThanOrEqual(500);
    });

    it.each(failures)('does not go out instead of %s if it must be validated', async (_how, fail, error) => {
      for (const directive of ['must-revalidate', 'proxy-revalidate', 'no-cache']) {
        const { site, clock } = await start((request, response, run) => {
          if (run > 1) return fail(request, response, run);
          response.set({ 'Cache-Control': `max-age=60, ${error}, ${directive}`, ETag: '"v1"' }).send('page');
        });
        await site.get('/');
        clock.advance(61_000);

        expect((await site.get('/')).status).toBeGreaterThanOrEqual(500);
      }
    });

    it.each(['sync', 'async'])('goes out instead of what an %s error handler answers', async (how) => {
      const { cache, clock } = testCache();
      let runs = 0;
      const page: RequestHandler = (_request, response, next) => {
        runs += 1;
        if (runs === 1) response.set('Cache-Control', 'max-age=60, stale-if-error=60').send('page');
        else if (how === 'sync') raise();
        else setImmediate(() => next(new Error('broken')));
      };
      const onError: ErrorRequestHandler = (_error, _request, response, _next) => {
        const answer = (): void => void response.status(503).set('X-Error', '1').send('sorry');
        if (how === 'sync') answer();
        else setImmediate(answer);
      };
      const above = cacheResponse(cache, { mode: 'standard' }) as RequestHandler;
      const site = await startSite(express().use(above, page, onError));
      await site.get('/');
      clock.advance(61_000);

      const stale = await site.get('/');
      clock.advance(60_000);
      const sorry = await site.get('/');

      expect([stale.status, stale.text, stale.header('x-error')]).toEqual([200, 'page', undefined]);
      expect([sorry.status, sorry.text]).toEqual([503, 'sorry']);
    });
  });

  describe('HEAD', () => {
    it.each<[string, Record<string, string>, number]>([
      ['the same validator freshens', { ETag: '"v1"' }, 2],
      ['another entity tag drops', { ETag: '"v2"' }, 3],
      ['another length drops', { ETag: '"v1"', 'Content-Length': '5' }, 3],
      ['another date of change drops', { ETag: '"v1"', 'Last-Modified': MADE }, 3],
    ])('with %s what is stored', async (_what, fields, runs) => {
      const { site, page, clock } = await start((request, response) => {
        response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"', 'Last-Modified': OLD });
        if (request.method === 'HEAD') response.set(fields).end();
        else response.send('page');
      });
      await site.get('/');
      clock.advance(61_000);

      expect((await site.head('/')).status).toBe(200);
      const answer = await site.get('/');

      expect([answer.text, page.count]).toEqual(['page', runs]);
    });
  });

  describe('conditions', () => {
    it('If-Match and If-Unmodified-Since are left to the handler, stored or not', async () => {
      const { site, page } = await start((request, response) => {
        const status = request.headers['if-match'] === '"v9"' || 'if-unmodified-since' in request.headers ? 412 : 200;
        response.status(status).set({ 'Cache-Control': 'max-age=60', ETag: '"v1"' }).send('page');
      });
      await site.get('/');

      expect((await site.get('/', { headers: { 'if-match': '"v9"' } })).status).toBe(412);
      expect((await site.get('/', { headers: { 'if-unmodified-since': OLD } })).status).toBe(412);
      expect((await site.get('/')).cacheStatus).toBe('hit; ttl=60');
      expect(page.count).toBe(3);
    });

    it('If-None-Match: * is answered with 304 from what is stored, and passes if nothing is', async () => {
      const { site, page } = await start(
        (_request, response) => void response.set('Cache-Control', 'max-age=60').send('page'),
      );
      const any = { 'if-none-match': '*' };
      await site.get('/');

      expect((await site.get('/', { headers: any })).status).toBe(304);
      expect((await site.head('/', any)).status).toBe(304);
      expect(page.count).toBe(1);
    });
  });

  describe('targeted fields', () => {
    const answer: Answer = (request, response) => {
      for (const name of ['Cache-Control', 'CDN-Cache-Control', 'Expires']) {
        const value = request.query[name];
        if (typeof value === 'string') response.set(name, value);
      }
      response.send('page');
    };
    const statusOf = async (site: Site, fields: Record<string, string>): Promise<string | undefined> => {
      const path = `/?${new URLSearchParams(fields)}`;
      await site.get(path);
      return (await site.get(path)).cacheStatus;
    };

    it('rule in the standard mode', async () => {
      const { site } = await start(answer);

      expect(await statusOf(site, { 'CDN-Cache-Control': 'max-age=60', 'Cache-Control': 'no-store' })).toBe(
        'hit; ttl=60',
      );
      expect(await statusOf(site, { 'CDN-Cache-Control': 'max-age=60', Expires: MADE })).toBe('hit; ttl=60');
      expect(await statusOf(site, { 'CDN-Cache-Control': 'no-store', 'Cache-Control': 'max-age=60' })).toMatch(
        /no-store$/,
      );
      expect(await statusOf(site, { 'CDN-Cache-Control': 'max-age=', 'Cache-Control': 'max-age=9' })).toBe(
        'hit; ttl=9',
      );
    });

    it('say nothing to the cache of an application', async () => {
      const { cache } = testCache();
      const site = await startSite(express().use(cacheResponse(cache), counted(answer).handler));

      expect(await statusOf(site, { 'CDN-Cache-Control': 'max-age=60', 'Cache-Control': 'no-store' })).toMatch(
        /no-store$/,
      );
      expect(await statusOf(site, { 'CDN-Cache-Control': 'no-store', 'Cache-Control': 'max-age=9' })).toBe(
        'hit; ttl=9',
      );
    });
  });

  describe('what a write invalidates', () => {
    it.each<[field: string, value: (host: string) => string, path: string, kept: boolean]>([
      ['Location', () => '/named', '/named', false],
      ['Location', (host) => `http://${host}/named`, '/named', false],
      ['Content-Location', () => 'named?a=1', '/named?a=1', false],
      ['Content-Location', () => '/other', '/named', true],
      ['Location', () => 'http://evil.example/named', '/named', true],
      ['Location', (host) => `https://${host}/named`, '/named', true],
      ['Location', (host) => `http://${host}1/named`, '/named', true],
      ['Location', () => '//evil.example/named', '/named', true],
      ['Content-Location', () => 'http://[/named', '/named', true],
    ])('%s %s', async (field, value, path, kept) => {
      const { site, page } = await start((request, response) => {
        if (request.method === 'PUT')
          response
            .set(field, value(request.get('host') ?? ''))
            .status(201)
            .end();
        else response.set('Cache-Control', 'max-age=60').send('page');
      });
      await site.get(path);
      await site.get('/written');
      await site.get('/apart');
      await site.get('/written', { method: 'PUT' });

      const hits = [await site.get(path), await site.get('/written'), await site.get('/apart')].map(
        ({ cacheStatus }) => cacheStatus === 'hit; ttl=60',
      );

      expect(hits).toEqual([kept, false, true]);
      expect(page.count).toBe(kept ? 5 : 6);
    });

    it('nothing of another host that the same cache answers for', async () => {
      const { site } = await start((request, response) => {
        if (request.method === 'PUT') response.set('Location', 'http://victim.example/page').status(201).end();
        else response.set('Cache-Control', 'max-age=60').send('page');
      });
      const of = (host: string, method = 'GET') => site.get('/page', { method, headers: { host } });
      await of('victim.example');
      await of('evil.example', 'PUT');

      expect((await of('victim.example')).cacheStatus).toBe('hit; ttl=60');
      await of('victim.example', 'PUT');
      expect((await of('victim.example')).cacheStatus).toMatch(/^fwd/);
    });
  });
});

function raise(): never {
  throw new Error('broken');
}
