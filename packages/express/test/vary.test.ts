import { gunzipSync, gzipSync } from 'node:zlib';
import { cacheResponse } from '@cache/express';
import type { Request, RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted, type CountedHandler } from './support/handlers.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Answer = (request: Request, response: Response, run: number) => void;

describe.each(expressVersions)('variants of a page on $version', ({ express }) => {
  async function siteOf(answer: Answer): Promise<{ site: Site; page: CountedHandler }> {
    const { cache } = testCache();
    const page = counted(answer);
    return { site: await startSite(express().use(cacheResponse(cache), page.handler)), page };
  }

  it('keeps one for each Accept-Language that the handler read, and says so in Vary', async () => {
    const { site, page } = await siteOf((request, response) => {
      response.send(request.acceptsLanguages('de', 'en') || 'none');
    });
    const get = (language: string) => site.get('/', { headers: { 'accept-language': language } });

    const german = await get('de');
    const english = await get('en');
    const hits = [await get('de'), await get('en')];

    expect([german.cacheStatus, english.cacheStatus]).toEqual(['fwd=uri-miss; stored', 'fwd=vary-miss; stored']);
    expect(hits.map(({ text, cacheStatus }) => [text, cacheStatus])).toEqual([
      ['de', 'hit; ttl=300'],
      ['en', 'hit; ttl=300'],
    ]);
    for (const answer of [german, english, ...hits]) expect(answer.header('vary')).toBe('accept-language');
    expect(page.count).toBe(2);
  });

  it('shares one page among languages if the handler does not look at them', async () => {
    const { site, page } = await siteOf((_request, response) => response.send('page'));

    await site.get('/', { headers: { 'accept-language': 'de' } });
    const hit = await site.get('/', { headers: { 'accept-language': 'en' } });

    expect(hit.cacheStatus).toBe('hit; ttl=300');
    expect(hit.header('vary')).toBeUndefined();
    expect(page.count).toBe(1);
  });

  it('tells a field that is missing from one that is empty', async () => {
    const { site } = await siteOf((request, response) => {
      response.send(`(${request.headers['accept-language'] ?? 'none'})`);
    });

    expect((await site.get('/', { headers: { 'accept-language': '' } })).text).toBe('()');
    expect((await site.get('/')).text).toBe('(none)');
    expect((await site.get('/', { headers: { 'accept-language': '' } })).text).toBe('()');
  });

  it('counts every line of Vary, in any case', async () => {
    const { site, page } = await siteOf((request, response) => {
      response.setHeader('VARY', ['X-Color', 'x-size']);
      response.send([request.get('x-color'), request.get('x-size')].join(' '));
    });
    const get = async (color: string, size: string): Promise<string> =>
      (await site.get('/', { headers: { 'x-color': color, 'x-size': size } })).text;

    expect(await get('red', 'l')).toBe('red l');
    expect(await get('red', 's')).toBe('red s');
    expect(await get('tan', 's')).toBe('tan s');
    expect(await get('red', 'l')).toBe('red l');
    expect(page.count).toBe(3);
  });

  it.each([['*'], ['Accept, *'], [['Accept', '*']]])('stores nothing under `Vary: %s`', async (vary) => {
    const { site, page } = await siteOf((_request, response) => {
      response.setHeader('Vary', vary);
      response.send('page');
    });

    const first = await site.get('/');
    await site.get('/');

    expect(first.cacheStatus).toBe('fwd=uri-miss; detail=vary');
    expect(page.count).toBe(2);
  });

  it('covers a field that the handler both read and named in Vary', async () => {
    const { site, page } = await siteOf((request, response) => {
      response.vary('User-Agent').send(request.headers['user-agent'] ?? 'none');
    });
    const get = async (agent: string): Promise<string> =>
      (await site.get('/', { headers: { 'user-agent': agent } })).text;

    expect([await get('a'), await get('b'), await get('a'), await get('b')]).toEqual(['a', 'b', 'a', 'b']);
    expect(page.count).toBe(2);
  });

  it('finds a variant although runs differ in what they read', async () => {
    const { site, page } = await siteOf((request, response) => {
      const type = request.accepts('html', 'json');
      const language = type === 'html' ? request.acceptsLanguages('de', 'en') : 'any';
      response.send(`${type} ${language}`);
    });
    const get = async (accept: string, language: string): Promise<string> =>
      (await site.get('/', { headers: { accept, 'accept-language': language } })).text;
    const all = async (): Promise<string[]> => [
      await get('text/html', 'de'),
      await get('application/json', 'de'),
      await get('text/html', 'en'),
      await get('application/json', 'en'),
    ];

    const expected = ['html de', 'json any', 'html en', 'json any'];
    expect(await all()).toEqual(expected);
    expect(await all()).toEqual(expected);
    const before = page.count;
    expect(await all()).toEqual(expected);
    expect(page.count).toBe(before);
  });

  it('gives no client an encoding that it did not ask for', async () => {
    const { cache } = testCache();
    const compress: RequestHandler = (request, response, next) => {
      const send = response.send.bind(response);
      response.send = (body: string) => {
        if (!request.acceptsEncodings('gzip')) return send(body);
        return send.call(response.set('Content-Encoding', 'gzip').type('text'), gzipSync(body));
      };
      next();
    };
    const page = counted((_request, response) => response.send('page'));
    const site = await startSite(express().use(cacheResponse(cache), compress, page.handler));
    const get = (encoding: string) => site.get('/', { headers: { 'accept-encoding': encoding } });

    for (let time = 0; time < 2; time += 1) {
      const zipped = await get('gzip');
      expect([zipped.header('content-encoding'), gunzipSync(zipped.body).toString()]).toEqual(['gzip', 'page']);
      const plain = await get('identity');
      expect([plain.header('content-encoding'), plain.text]).toEqual([undefined, 'page']);
    }
    expect(page.count).toBe(2);
  });

  it('takes white space around list elements for nothing', async () => {
    const { site, page } = await siteOf((request, response) => response.vary('X-List').send(request.get('x-list')));

    await site.get('/', { headers: { 'x-list': 'a,b' } });
    const hit = await site.get('/', { headers: { 'x-list': 'a ,  b' } });

    expect(hit.cacheStatus).toBe('hit; ttl=300');
    expect(page.count).toBe(1);
  });

  it.each(['constructor', '__proto__', 'toString'])('survives `Vary: %s`', async (name) => {
    const { site, page } = await siteOf((_request, response) => response.set('Vary', name).send('page'));

    await site.get('/');
    const hit = await site.get('/');

    expect(hit.cacheStatus).toBe('hit; ttl=300');
    expect(page.count).toBe(1);
  });
});
