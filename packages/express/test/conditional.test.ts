import { cacheResponse } from '@cache/express';
import type { Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

const MODIFIED = 'Wed, 31 Dec 2025 10:00:00 GMT';

describe.each(expressVersions)('conditional requests on $version', ({ express }) => {
  async function siteOf(answer: (response: Response) => void): Promise<{ site: Site; runs: () => number }> {
    const { cache } = testCache();
    const page = counted((_request, response) => answer(response));
    const site = await startSite(express().use(cacheResponse(cache), page.handler));
    return { site, runs: () => page.count };
  }

  it('answers a hit with 304 when the client has the representation', async () => {
    const { site, runs } = await siteOf((response) => response.set('ETag', '"v1"').set('X-Page', 'a').send('page'));
    await site.get('/');

    const answer = await site.get('/', { headers: { 'if-none-match': '"v1"' } });

    expect(runs()).toBe(1);
    expect(answer.status).toBe(304);
    expect(answer.body).toHaveLength(0);
    expect(answer.header('etag')).toBe('"v1"');
    expect(answer.header('cache-control')).toBe('no-cache');
    expect(answer.header('date')).toBeDefined();
    expect(answer.header('age')).toBe('0');
    expect(answer.header('x-page')).toBe('a');
    expect(answer.cacheStatus).toBe('hit; ttl=300');
    for (const name of ['content-length', 'content-type', 'content-encoding', 'transfer-encoding']) {
      expect([name, answer.header(name)]).toEqual([name, undefined]);
    }
  });

  it.each([
    ['"v1"', 304],
    ['W/"v1"', 304],
    ['"v0", "v1"', 304],
    ['"v0" ,W/"v1","v2"', 304],
    ['*', 304],
    ['"v2"', 200],
    ['v1', 200],
    ['"V1"', 200],
    ['"v1', 200],
    ['', 200],
  ])('compares `If-None-Match: %s` weakly and answers %i, on a hit as on a miss', async (condition, status) => {
    const { site, runs } = await siteOf((response) => response.set('ETag', 'W/"v1"').send('page'));

    const miss = await site.get('/', { headers: { 'if-none-match': condition } });
    const hit = await site.get('/', { headers: { 'if-none-match': condition } });

    expect(runs()).toBe(1);
    expect([miss.status, hit.status]).toEqual([status, status]);
    expect(hit.text).toBe(status === 200 ? 'page' : '');
    expect(miss.text).toBe(status === 200 ? 'page' : '');
    expect(hit.cacheStatus).toBe('hit; ttl=300');
  });

  it('stores the whole representation although the client that caused it got a 304', async () => {
    const { site, runs } = await siteOf((response) => response.type('text').set('ETag', '"v1"').send('page'));

    const first = await site.get('/', { headers: { 'if-none-match': '"v1"' } });
    const second = await site.get('/');

    expect(runs()).toBe(1);
    expect(first.status).toBe(304);
    expect(first.header('content-type')).toBeUndefined();
    expect([second.status, second.text]).toEqual([200, 'page']);
    expect(second.header('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('makes an ETag where the handler gave none, the same for the same bytes', async () => {
    const { site } = await siteOf((response) => void response.end('page'));
    await site.get('/a');
    await site.get('/b');

    const a = await site.get('/a');
    const b = await site.get('/b');
    const again = await site.get('/a', { headers: { 'if-none-match': a.header('etag') ?? '' } });

    expect(a.header('etag')).toBe(b.header('etag'));
    expect(again.status).toBe(304);
  });

  it('compares If-Modified-Since only where there is no If-None-Match', async () => {
    const { site } = await siteOf((response) => response.set({ 'Last-Modified': MODIFIED, ETag: '"v1"' }).send('page'));
    await site.get('/');
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await site.get('/', { headers })).status;

    expect(await status({ 'if-modified-since': MODIFIED })).toBe(304);
    expect(await status({ 'if-modified-since': 'Thu, 01 Jan 2026 10:00:00 GMT' })).toBe(304);
    expect(await status({ 'if-modified-since': 'Wed, 31 Dec 2025 09:59:59 GMT' })).toBe(200);
    expect(await status({ 'if-modified-since': 'yesterday' })).toBe(200);
    expect(await status({ 'if-modified-since': MODIFIED, 'if-none-match': '"v2"' })).toBe(200);
    expect(await status({ 'if-modified-since': 'yesterday', 'if-none-match': '"v1"' })).toBe(304);
  });

  it('answers HEAD from what GET stored, with the length and without the body', async () => {
    const { site, runs } = await siteOf((response) => response.type('text').send('page'));
    await site.get('/');

    const head = await site.head('/');
    const unchanged = await site.head('/', { 'if-none-match': head.header('etag') ?? '' });

    expect(runs()).toBe(1);
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    expect(head.header('content-length')).toBe('4');
    expect(head.header('content-type')).toBe('text/plain; charset=utf-8');
    expect(head.header('age')).toBe('0');
    expect(head.cacheStatus).toBe('hit; ttl=300');
    expect(unchanged.status).toBe(304);
  });

  it('stores nothing for HEAD, so that a later GET has its body', async () => {
    const { site, runs } = await siteOf((response) => response.send('page'));

    const head = await site.head('/');
    const get = await site.get('/');

    expect(runs()).toBe(2);
    expect(head.cacheStatus).toBe('fwd=uri-miss');
    expect([get.text, get.cacheStatus]).toEqual(['page', 'fwd=uri-miss; stored']);
  });

  it('does not turn a stored redirect into 304', async () => {
    const { site } = await siteOf((response) => response.status(301).set({ ETag: '"r"', Location: '/new' }).end());
    await site.get('/');

    expect((await site.get('/', { headers: { 'if-none-match': '"r"' } })).status).toBe(301);
  });

  it('lets a handler see neither conditions and directives to caches nor their effects', async () => {
    const { cache } = testCache();
    const hidden = ['if-none-match', 'if-modified-since', 'if-range', 'cache-control', 'pragma'];
    const seen: unknown[] = [];
    const page = counted((request, response) => {
      seen.push(...hidden.map((name) => request.headers[name]), request.fresh);
      response.set('ETag', '"v1"').send('page');
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    const headers = { 'if-none-match': '"v1"', 'if-modified-since': MODIFIED, 'if-range': '"v1"' };
    const answer = await site.get('/', { headers: { ...headers, 'cache-control': 'no-cache', pragma: 'no-cache' } });

    expect(seen).toEqual([undefined, undefined, undefined, undefined, undefined, false]);
    expect(answer.status).toBe(304);
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=300');
  });

  it.each([
    ['If-Match', { 'if-match': '"v9"' }],
    ['If-Unmodified-Since', { 'if-unmodified-since': MODIFIED }],
  ])('leaves %s, which only the handler can judge, to the handler', async (_name, headers) => {
    const { cache } = testCache();
    const page = counted((request, response, run) => {
      const met = Object.entries(headers).every(([name, value]) => request.headers[name] !== value);
      response.status(met ? 200 : 412).send(`page ${run}`);
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));
    await site.get('/');

    const answer = await site.get('/', { headers });

    expect([answer.status, answer.text]).toEqual([412, 'page 2']);
    expect(answer.cacheStatus).toBe('fwd=bypass; detail=precondition');
    expect((await site.get('/')).text).toBe('page 1');
  });
});
