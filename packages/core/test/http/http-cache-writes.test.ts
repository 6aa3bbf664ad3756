import { describe, expect, it } from 'vitest';
import { asyncBackend } from '../support/backends.ts';
import { deferred, flush } from '../support/deferred.ts';
import type { HttpRequest } from '../../src/http/request.ts';
import { type Page, Site, standardSite } from './support/site.ts';

const page = ({ url }: HttpRequest, run: number): Page => ({
  headers: ['Cache-Control', 'max-age=60', 'Cache-Groups', '"g"', 'Cache-Tag', 't'],
  body: `${url} ${run}`,
});

/** Which of these paths come from the cache after a request with this answer. */
async function keptAfter(method: string, answer: Page, paths: string[], writing = '/a'): Promise<string[]> {
  const site = standardSite((seen, run) => (seen.method === 'GET' ? page(seen, run) : answer));
  for (const url of paths) await site.get({}, { url });
  await site.get({}, { method, url: writing });
  const kept = await Promise.all(paths.map(async (url) => [url, (await site.get({}, { url })).kind] as const));
  return kept.filter(([, kind]) => kind === 'hit').map(([url]) => url);
}

describe('the answer to a write', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'ANYTHING'])(
    'to %s drops what is stored for its URL only',
    async (method) => {
      expect(await keptAfter(method, {}, ['/a', '/b', '/a?x'])).toEqual(['/b', '/a?x']);
    },
  );

  it.each([400, 404, 409, 500, 503])('drops nothing if it is the error %i', async (status) => {
    const headers = ['Location', '/b', 'Cache-Group-Invalidation', '"g"'];
    expect(await keptAfter('PUT', { status, headers }, ['/a', '/b'])).toEqual(['/a', '/b']);
  });

  it.each(['OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'HEAD'])(
    'to %s drops nothing, because nothing was written',
    async (method) => {
      const headers = ['Location', '/b', 'Cache-Group-Invalidation', '"g"'];
      expect(await keptAfter(method, { headers }, ['/a', '/b'])).toEqual(['/a', '/b']);
    },
  );

  it('drops what Location and Content-Location name in the same origin', async () => {
    const headers = ['Location', '/b', 'Content-Location', 'http://a.example/c'];
    expect(await keptAfter('POST', { status: 201, headers }, ['/a', '/b', '/c', '/d'])).toEqual(['/d']);
    const elsewhere = ['Location', 'http://b.example/b', 'Content-Location', 'https://a.example/c'];
    expect(await keptAfter('POST', { status: 201, headers: elsewhere }, ['/a', '/b', '/c'])).toEqual(['/b', '/c']);
  });

  it('drops the groups that it names', async () => {
    expect(await keptAfter('POST', { headers: ['Cache-Group-Invalidation', '"g"'] }, ['/b', '/c'])).toEqual([]);
    expect(await keptAfter('POST', { headers: ['Cache-Group-Invalidation', '"h"'] }, ['/b', '/c'])).toEqual([
      '/b',
      '/c',
    ]);
  });

  it('drops all variants of a URL', async () => {
    const site = standardSite((seen, run) => {
      const { headers = [], ...rest } = page(seen, run);
      return { ...rest, headers: [...headers, 'Vary', 'X-A'] };
    });
    for (const value of ['1', '2']) await site.get({ 'x-a': value });
    await site.get({}, { method: 'PUT' });
    expect([(await site.get({ 'x-a': '1' })).kind, (await site.get({ 'x-a': '2' })).kind]).toEqual(['miss', 'miss']);
  });

  it('drops also where the request could not have been answered from the cache', async () => {
    for (const changes of [{ identified: true }, { hasBody: true }, { url: '/?', target: '/' }]) {
      const site = new Site({}, page);
      await site.get();
      await site.get({ authorization: 'x', cookie: 'a=1' }, { method: 'DELETE', ...changes });
      expect((await site.get()).kind).toBe('miss');
    }
  });

  it('drops what is stored without the parameters that do not count', async () => {
    const site = standardSite(page, { query: { ignore: ['utm'] } });
    await site.get({}, { url: '/?utm=1' });
    expect((await site.get({}, { url: '/' })).kind).toBe('hit');
    await site.get({}, { method: 'POST', url: '/?utm=2' });
    expect((await site.get({}, { url: '/' })).kind).toBe('miss');
  });
});

describe('what was begun before it was invalidated is never found after', () => {
  const backends = { 'at once': undefined, 'in turns': asyncBackend } as const;
  const drops: Record<string, (site: Site) => Promise<unknown>> = {
    'a write to the URL': (site) => site.get({}, { method: 'PUT' }),
    'a write that names its group': (site) => site.get({}, { method: 'PUT', url: '/other' }),
    'its tag': (site) => site.cache.invalidateTags(['t']),
    'all of the cache': (site) => site.cache.clear(),
  };

  for (const [how, make] of Object.entries(backends)) {
    it.each(Object.keys(drops))(`with a backend that answers ${how}: by %s`, async (name) => {
      const slow = deferred<void>();
      const handler = async (seen: HttpRequest, run: number): Promise<Page> => {
        if (seen.method === 'PUT') return { headers: ['Cache-Group-Invalidation', '"g"'] };
        if (run === 1) await slow.promise;
        return page(seen, run);
      };
      const site = standardSite(handler, {}, make === undefined ? {} : { backend: make() });
      const first = site.get();
      await flush();
      await drops[name]?.(site);
      slow.resolve();
      expect((await first).body).toBe('/ 1');
      const second = await site.get();
      expect([second.kind, second.body?.startsWith('/ 1')]).toEqual(['miss', false]);
      expect(await site.get()).toMatchObject({ kind: 'hit', body: second.body });
    });
  }

  it('not by those either who waited for it', async () => {
    const slow = deferred<Page>();
    const site = standardSite((seen, run) => (run === 1 ? slow.promise : page(seen, run)));
    const waiting = [site.get(), site.get()];
    await site.cache.invalidateTags(['t']);
    slow.resolve(page({ url: '/' } as HttpRequest, 1));
    expect((await Promise.all(waiting)).map(({ body }) => body)).toEqual(['/ 1', '/ 2']);
  });

  it('nor by a 304 that was asked for before', async () => {
    const slow = deferred<Page>();
    const first = { headers: ['Cache-Control', 'max-age=10', 'ETag', '"a"', 'Cache-Tag', 't'], body: 'old' };
    const site = standardSite((_seen, run) => (run === 2 ? slow.promise : { ...first, body: `page ${run}` }));
    await site.get();
    site.clock.advance(20_000);
    const confirming = site.get();
    await site.cache.invalidateTags(['t']);
    slow.resolve({ status: 304 });
    await confirming;
    expect(await site.get()).toMatchObject({ kind: 'miss', body: 'page 3' });
  });
});

describe('the answer to a POST', () => {
  const forGet = (more: string[] = ['Cache-Control', 'max-age=60']) => ({
    headers: ['Content-Location', '/', ...more],
    body: 'posted',
  });
  const post = { method: 'POST', hasBody: true };

  it('is what GET gets, if it says so and for how long', async () => {
    for (const backend of [undefined, asyncBackend()]) {
      const site = standardSite(
        ({ method }) => (method === 'POST' ? forGet() : { body: 'got' }),
        {},
        backend && { backend },
      );
      expect(await site.get({}, post)).toMatchObject({ kind: 'miss', said: 'fwd=method; stored', body: 'posted' });
      expect(await site.get()).toMatchObject({ kind: 'hit', body: 'posted' });
      expect(await site.get({}, post)).toMatchObject({ kind: 'miss', body: 'posted' });
      expect(site.runs).toBe(2);
    }
  });

  it('takes the place of what was stored', async () => {
    const site = standardSite((seen, run) => (seen.method === 'POST' ? forGet() : page(seen, run)));
    await site.get();
    await site.get({}, post);
    expect((await site.get()).body).toBe('posted');
  });

  it('shows the handler the request as it came', async () => {
    const site = standardSite(() => forGet());
    await site.get();
    const fields = { 'if-none-match': '"a"', range: 'bytes=0-1' };
    await site.get(fields, post);
    expect(site.lastSeen).toEqual(fields);
  });

  it.each<[string, Page, Record<string, string>]>([
    ['it does not say how long', forGet([]), {}],
    ['it is no 200', { ...forGet(), status: 201 }, {}],
    ['it is for another URL', { ...forGet(), headers: ['Cache-Control', 'max-age=60', 'Content-Location', '/b'] }, {}],
    ['the request says no-store', forGet(), { 'cache-control': 'no-store' }],
    ['it is for somebody known', forGet(), { authorization: 'x' }],
  ])('is not what GET gets if %s', async (_why, answer, fields) => {
    const site = standardSite(({ method }) => (method === 'POST' ? answer : { body: 'got' }));
    await site.get(fields, post);
    expect((await site.get()).body).toBe('got');
  });

  it('is not stored if something was invalidated while it was made', async () => {
    const slow = deferred<Page>();
    const site = standardSite(({ method }) => (method === 'POST' ? slow.promise : { body: 'got' }));
    const posted = site.get({}, post);
    await site.cache.invalidateTags(['other']);
    slow.resolve(forGet());
    await posted;
    expect((await site.get()).body).toBe('got');
  });

  it('is neither stored nor leaves a mark in the safe mode', async () => {
    const site = new Site({}, ({ method }) => (method === 'POST' ? forGet() : { body: 'got' }));
    expect(await site.get({}, post)).toMatchObject({ kind: 'bypass', said: 'fwd=method' });
    expect((await site.get()).body).toBe('got');
  });
});
