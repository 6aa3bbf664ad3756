import { describe, expect, test } from 'vitest';
import { startTestServer } from '../support/server.ts';
import { ids } from '../support/rows.ts';
import { frameworks } from '../../src/servers/servers.ts';

describe.each(frameworks)('on %s', (framework) => {
  test.each([
    ['/', 'The cities of the world'],
    ['/countries/DE', 'Deutschland'],
    ['/countries/DE?page=2', 'Page 2 of 2'],
    [`/cities/${ids.reykjavik}`, '64°08′ N, 21°54′ W'],
    ['/search', 'Find a city'],
    ['/search?q=dorf&page=3', 'Page 3 of 3'],
    ['/favourites', 'Nothing here yet'],
  ])('%s is made once, then comes from the cache as it was', async (path, content) => {
    const { get, takeLoads } = await startTestServer(framework);
    const first = await get(path);
    expect(first).toMatchObject({ status: 200, cache: 'fwd=uri-miss; stored' });
    expect(first.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(first.body).toContain(content);
    takeLoads();

    const second = await get(path);
    expect(second).toMatchObject({ status: 200, cache: 'hit', body: first.body });
    expect(second.headers['server-timing']).toMatch(/^cache;desc="hit; ttl=\d+", age;dur=\d+, fill;dur=[\d.]+$/);
    expect(takeLoads()).toEqual([]);
  });

  test.each([
    ['/', 'no-cache'],
    [`/cities/${ids.berlin}`, 'private, no-cache'],
  ])('a browser that has the page is told so: %s', async (path, said) => {
    const { get } = await startTestServer(framework);
    await get(path);
    const { headers } = await get(path);
    expect(headers['cache-control']).toBe(said);
    const again = await get(path, { 'if-none-match': headers.etag });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  test('two hundred requests for a cold page make it once', async () => {
    const { get, takeLoads } = await startTestServer(framework);
    const answers = await Promise.all(Array.from({ length: 200 }, () => get(`/cities/${ids.berlin}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(takeLoads()).toEqual([
      `city,${ids.berlin}`,
      'country,DE',
      `favourite count,${ids.berlin}`,
      `nearby,${ids.berlin}`,
      `rank,${ids.berlin}`,
      'setting,distances',
    ]);
  });

  test('a page tells what was read for it and how it was had', async () => {
    const { get } = await startTestServer(framework);
    const berlin = await get(`/cities/${ids.berlin}`);
    expect(berlin.body).toMatch(new RegExp(`<span>nearby ${ids.berlin}</span>\\s*<span>loaded in [^<]+</span>`));
    expect(berlin.body).toMatch(/<span>country DE<\/span>\s*<span>loaded in/);
    const potsdam = await get(`/cities/${ids.potsdam}`);
    expect(potsdam.body).toMatch(/<span>country DE<\/span>\s*<span>from the cache, [^<]+ old<\/span>/);
  });

  test('cookies of other software on the host do not keep a public page out of the cache', async () => {
    const { get } = await startTestServer(framework);
    const first = await get('/', { cookie: 'tracking=1; visitor=abcdefghijklmnopqrstuv' });
    const second = await get('/', { cookie: 'tracking=2' });
    expect([first.cache, second.cache]).toEqual(['fwd=uri-miss; stored', 'hit']);
  });

  test('an old page is answered at once, and made again for the next reader', async () => {
    const { get, clock } = await startTestServer(framework);
    const first = await get('/');
    clock.advance(3_601_000);
    const old = await get('/');
    expect(old).toMatchObject({ status: 200, body: first.body });
    expect(old.headers['cache-status']).toBe('atlas; hit; ttl=-1');
    let renewed = old;
    while (renewed.body === first.body) renewed = await get('/');
    expect(renewed).toMatchObject({ status: 200, cache: 'hit' });
  });

  test('HEAD answers like GET, without the body', async () => {
    const { get, send } = await startTestServer(framework);
    const { headers } = await get('/');
    const head = await send('HEAD', '/');
    expect(head).toMatchObject({ status: 200, cache: 'hit', body: '' });
    expect(head.headers['content-length']).toBe(headers['content-length']);
  });

  test('visits count hits as well, on pages only', async () => {
    const { get } = await startTestServer(framework);
    const visits = async (path: string): Promise<unknown> =>
      JSON.parse((await get(`/visits.json?path=${encodeURIComponent(path)}`)).body);
    await get('/');
    await get('/?from=mail');
    const { headers } = await get('/');
    await get('/', { 'if-none-match': headers.etag });
    await get('/cities/1');
    await get('/healthz');
    expect(await visits('/')).toEqual({ visits: 4 });
    expect(await visits('/cities/1')).toEqual({ visits: 0 });
    expect(await visits('/healthz')).toEqual({ visits: 0 });
    expect((await get('/visits.json')).headers['cache-control']).toBe('no-store');
  });

  test('the picture of the world is kept by browsers too', async () => {
    const { get } = await startTestServer(framework);
    const { headers, body } = await get('/world.svg');
    expect(headers['content-type']).toBe('image/svg+xml; charset=utf-8');
    expect(headers['cache-control']).toMatch(/max-age=86400/);
    expect(body).toMatch(/^<svg [^>]*viewBox/);
    expect((await get('/world.svg')).cache).toBe('hit');
  });

  test('style, script and icon have names of their content and last', async () => {
    const { get } = await startTestServer(framework);
    const { body } = await get('/');
    const paths = [...new Set(body.match(/\/assets\/[^"]+/g))];
    expect(paths.map((path) => path.replace(/\.[\w-]{10}\./, '.'))).toEqual([
      '/assets/atlas.svg',
      '/assets/atlas.css',
      '/assets/atlas.js',
    ]);
    for (const path of paths) {
      const { status, headers } = await get(path);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
    expect((await get('/assets/atlas.0000000000.css')).status).toBe(404);
  });

  test.each(['/', '/cities/1', '/nowhere', '/visits.json', '/world.svg', '/cities/%E0%A4%A'])(
    '%s carries the security headers, also from the cache',
    async (path) => {
      const { get } = await startTestServer(framework);
      for (const { headers } of [await get(path), await get(path)]) {
        expect(headers['content-security-policy']).toMatch(/^default-src 'self';/);
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['referrer-policy']).toBe('same-origin');
        expect(headers['x-powered-by']).toBeUndefined();
      }
    },
  );
});
