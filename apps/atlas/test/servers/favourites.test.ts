import { describe, expect, test } from 'vitest';
import { ids } from '../support/rows.ts';
import { cookieOf, startTestServer, type TestServer } from '../support/server.ts';
import { frameworks } from '../../src/servers/servers.ts';

describe.each(frameworks)('on %s', (framework) => {
  async function addAs({ send }: TestServer, id: number, cookie?: string): Promise<string> {
    const answer = await send('POST', `/favourites/${id}`, cookie === undefined ? {} : { cookie });
    expect(answer.status).toBe(303);
    return cookie ?? cookieOf(answer);
  }

  test('the first favourite makes a visitor, the next one keeps it', async () => {
    const { send, get } = await startTestServer(framework);
    const first = await send('POST', `/favourites/${ids.berlin}?back=/cities/${ids.berlin}`);
    expect(first).toMatchObject({ status: 303, body: '' });
    expect(first.headers.location).toBe(`/cities/${ids.berlin}#added`);
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/^visitor=[\w-]{22}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/),
    ]);
    const cookie = cookieOf(first);
    const second = await send('POST', `/favourites/${ids.reykjavik}`, { cookie });
    expect(second.headers['set-cookie']).toBeUndefined();
    const { body } = await get('/favourites', { cookie });
    expect(body).toContain('Berlin');
    expect(body).toContain('Reykjavík');
  });

  test('reading sets no cookie', async () => {
    const { get } = await startTestServer(framework);
    for (const path of ['/', `/cities/${ids.berlin}`, '/favourites']) {
      expect((await get(path)).headers['set-cookie']).toBeUndefined();
    }
  });

  test('a favourite changes the pages that show it and no others', async () => {
    const server = await startTestServer(framework);
    const { get, takeLoads } = server;
    const ada = await addAs(server, ids.reykjavik);
    const bob = await addAs(server, ids.reykjavik);
    const pages: readonly [name: string, path: string, cookie?: string][] = [
      ['home', '/'],
      ['Germany', '/countries/DE'],
      ['search', '/search?q=berlin'],
      ['Berlin', `/cities/${ids.berlin}`],
      ['Potsdam', `/cities/${ids.potsdam}`],
      ['favourites of Ada', '/favourites', ada],
      ['favourites of Bob', '/favourites', bob],
      ['favourites of nobody', '/favourites'],
    ];
    const read = async (): Promise<string[]> => {
      const made: string[] = [];
      for (const [name, path, cookie] of pages) {
        const { cache } = await get(path, cookie === undefined ? {} : { cookie });
        if (cache !== 'hit') made.push(name);
      }
      return made;
    };
    expect(await read()).toEqual(pages.map(([name]) => name));
    expect(await read()).toEqual([]);
    takeLoads();

    await addAs(server, ids.berlin, ada);
    expect(await read()).toEqual(['Berlin', 'favourites of Ada']);
    expect(takeLoads()).toEqual([`favourite count,${ids.berlin}`, `favourites,${ada.slice('visitor='.length)}`]);
    expect((await get(`/cities/${ids.berlin}`)).body).toContain('Chosen by 1 visitor');

    await server.send('POST', `/favourites/${ids.berlin}/remove`, { cookie: ada });
    expect(await read()).toEqual(['Berlin', 'favourites of Ada']);
    expect((await get(`/cities/${ids.berlin}`)).body).toContain('Nobody chose it yet');
  });

  test('the page of a city is made once for all, and shows each visitor what they can do', async () => {
    const server = await startTestServer(framework);
    const ada = await addAs(server, ids.berlin);
    const bob = await addAs(server, ids.reykjavik);
    const offers = async (cookie?: string, headers = {}): Promise<unknown[]> => {
      const { status, body, cache } = await server.get(`/cities/${ids.berlin}`, {
        ...headers,
        ...(cookie && { cookie }),
      });
      const [, form] = /<form action="\/favourites\/\d+(\/remove)?\?/.exec(body) ?? ['', 'no form'];
      return [status, form, cache];
    };
    server.takeLoads();
    expect(await offers(ada)).toEqual([200, '/remove', 'fwd=uri-miss; stored']);
    expect(server.takeLoads().filter((load) => load.startsWith('city,'))).toHaveLength(1);
    expect(await offers(bob)).toEqual([200, undefined, 'hit']);
    expect(await offers()).toEqual([200, undefined, 'hit']);
    const { headers } = await server.get(`/cities/${ids.berlin}`, { cookie: ada });
    expect(await offers(ada, { 'if-none-match': headers.etag })).toEqual([304, 'no form', 'hit']);
    expect(await offers(bob, { 'if-none-match': headers.etag })).toEqual([200, undefined, 'hit']);
    await server.send('POST', `/favourites/${ids.berlin}/remove`, { cookie: ada });
    expect(await offers(ada)).toEqual([200, undefined, 'fwd=uri-miss; stored']);
  });

  test('two visitors never see each other', async () => {
    const server = await startTestServer(framework);
    const { get } = server;
    const ada = await addAs(server, ids.berlin);
    const bob = await addAs(server, ids.reykjavik);
    const seen = async (cookie?: string): Promise<string[]> => {
      const { body } = await get('/favourites', cookie === undefined ? {} : { cookie });
      return ['Berlin', 'Reykjavík'].filter((name) => body.includes(`>${name}<`));
    };
    for (let round = 0; round < 2; round += 1) {
      expect(await seen(ada)).toEqual(['Berlin']);
      expect(await seen(bob)).toEqual(['Reykjavík']);
      expect(await seen(`theme=dark; ${ada}`)).toEqual(['Berlin']);
      expect(await seen('visitor=unknown')).toEqual([]);
      expect(await seen()).toEqual([]);
    }
    const { body, headers } = await get('/favourites', { cookie: ada });
    expect(body).not.toContain(ada.slice('visitor='.length));
    expect(headers['cache-control']).not.toMatch(/public|s-maxage|max-age=[1-9]/);
  });

  test('a hundred visitors who arrive together each get their own list', async () => {
    const server = await startTestServer(framework);
    const cookies = await Promise.all(Array.from({ length: 100 }, () => addAs(server, ids.berlin)));
    expect(new Set(cookies).size).toBe(100);
    await Promise.all(
      cookies.filter((_, index) => index % 2 === 0).map((cookie) => addAs(server, ids.reykjavik, cookie)),
    );
    const bodies = await Promise.all(cookies.map(async (cookie) => (await server.get('/favourites', { cookie })).body));
    expect(bodies.map((body) => body.includes('Reykjavík'))).toEqual(cookies.map((_, index) => index % 2 === 0));
  });

  test('while everybody reads a page, nobody sees it without the favourite that was just added', {
    timeout: 30_000,
  }, async () => {
    const server = await startTestServer(framework);
    const path = `/cities/${ids.berlin}`;
    const countIn = ({ body }: { body: string }): number => Number(/Chosen by (\d+) visitor/.exec(body)?.[1] ?? 0);
    let running = true;
    const readers = Array.from({ length: 8 }, async () => {
      while (running) await server.get(path);
    });
    for (let added = 1; added <= 60; added += 1) {
      await addAs(server, ids.berlin);
      expect(countIn(await server.get(path))).toBe(added);
    }
    running = false;
    await Promise.all(readers);
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example' }],
  ])('forms of other sites are refused: %o', async (headers) => {
    const server = await startTestServer(framework);
    const ada = await addAs(server, ids.berlin);
    for (const path of [`/favourites/${ids.reykjavik}`, `/favourites/${ids.berlin}/remove`]) {
      expect((await server.send('POST', path, { ...headers, cookie: ada })).status).toBe(403);
    }
    expect(await server.atlas.favouriteCount(ids.berlin)).toBe(1);
    expect(await server.atlas.favouriteCount(ids.reykjavik)).toBe(0);
  });

  test('nobody is sent to another site', async () => {
    const { send } = await startTestServer(framework);
    for (const back of ['//evil.example', 'https://evil.example', '/%5Cevil.example', '/..//evil.example']) {
      const { headers } = await send('POST', `/favourites/${ids.berlin}?back=${back}`);
      expect(headers.location).toBe(`/cities/${ids.berlin}#added`);
    }
  });

  test('unknown cities are not added and make no visitor', async () => {
    const { send } = await startTestServer(framework);
    for (const path of ['/favourites/1', '/favourites/abc', '/favourites/abc/remove']) {
      const { status, headers } = await send('POST', path);
      expect(status).toBe(404);
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  test('who has no favourites can still send the form that removes one', async () => {
    const { send } = await startTestServer(framework);
    const { status, headers } = await send('POST', `/favourites/${ids.berlin}/remove`);
    expect([status, headers.location]).toEqual([303, '/favourites']);
  });
});
