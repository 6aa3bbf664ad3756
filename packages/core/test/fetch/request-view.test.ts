import { expect, it } from 'vitest';
import { fetchSite, type Handler, said } from './support/site.ts';

const SECRETS = { 'X-Api-Key': 'of-mine', 'User-Agent': 'tests', Accept: 'text/html' };

it.each<[string, string, (headers: Headers) => unknown]>([
  ['get', 'read:x-api-key', (headers) => headers.get('X-Api-Key')],
  ['has', 'read:x-api-key', (headers) => headers.has('x-api-key')],
  ['forEach', 'read:*', (headers) => headers.forEach(() => {})],
  ['keys', 'read:*', (headers) => [...headers.keys()]],
  ['values', 'read:*', (headers) => [...headers.values()]],
  ['entries', 'read:*', (headers) => [...headers.entries()]],
  ['iteration', 'read:*', (headers) => Object.fromEntries(headers)],
  ['a copy', 'read:*', (headers) => new Headers(headers).get('accept')],
])('stores nothing that was made with %s of a field outside the key', async (_way, detail, look) => {
  const site = fetchSite((request) => {
    look(request.headers);
    return new Response('page');
  });
  for (let time = 0; time < 2; time += 1) {
    const response = await site.ask('/', { headers: SECRETS });
    await response.text();
    expect(said(response)).toBe(`fwd=uri-miss; detail=${detail}`);
  }
});

it('shows a handler all the same what it looks at', async () => {
  const site = fetchSite(({ headers }) => {
    const parent: Headers[] = [];
    headers.forEach((_value, _name, all) => parent.push(all));
    return Response.json([headers.get('X-API-KEY'), headers.has('x-none'), parent[0] === headers, [...headers]]);
  });
  const response = await site.ask('/', { headers: { 'X-Api-Key': 'of-mine' } });
  expect(await response.json()).toEqual(['of-mine', false, true, [['x-api-key', 'of-mine']]]);
});

it.each<[string, (request: Request) => Request]>([
  ['new Request(request)', (request) => new Request(request)],
  ['new Request(url, request)', (request) => new Request('http://other.example/', request)],
  ['clone()', (request) => request.clone()],
])('a copy made by %s gives nothing away', async (_way, copy) => {
  const site = fetchSite((request) => new Response(`key ${copy(request).headers.get('x-api-key') ?? 'none'}`), {
    headers: ['accept'],
  });
  const mine = await site.ask('/', { headers: SECRETS });
  const text = await mine.text();
  const other = await (await site.ask('/', { headers: { Accept: 'text/html' } })).text();
  expect(text === 'key none' || said(mine)?.includes('detail=read') === true).toBe(true);
  expect(other).toBe('key none');
});

it('a copy by the runtime has the fields of the key', async () => {
  const site = fetchSite((request) => new Response(new Request(request).headers.get('x-tenant')), {
    headers: ['x-tenant'],
  });
  const a = await site.ask('/', { headers: { 'X-Tenant': 'a' } });
  const b = await site.ask('/', { headers: { 'X-Tenant': 'b' } });
  expect([await a.text(), await b.text()]).toEqual(['a', 'b']);
  expect(said(await site.ask('/', { headers: { 'X-Tenant': 'a' } }))).toBe('hit; ttl=300');
});

it('learns a field with few values, and keeps a variant of each', async () => {
  const site = fetchSite(({ headers }) => new Response(`in ${headers.get('accept-language') ?? 'no language'}`));
  const ask = async (language: string) => (await site.ask('/', { headers: { 'Accept-Language': language } })).text();
  expect([await ask('de'), await ask('fr'), await ask('de')]).toEqual(['in de', 'in fr', 'in de']);
  expect(site.runs).toBe(2);
  expect((await site.ask('/', { headers: { 'Accept-Language': 'fr' } })).headers.get('vary')).toBe('accept-language');
});

it('hides conditions, ranges, what is said about caching, and cookies that are not declared', async () => {
  const site = fetchSite(
    ({ headers }) =>
      Response.json(
        ['if-none-match', 'if-modified-since', 'range', 'cache-control', 'cookie'].map((name) => headers.get(name)),
      ),
    { cookies: ['theme'] },
  );
  const headers = {
    'If-None-Match': '"a"',
    'If-Modified-Since': 'Sat, 21 Nov 2026 00:00:00 GMT',
    'Cache-Control': 'max-age=0',
    Cookie: 'session=secret; theme=dark',
  };
  expect(await (await site.ask('/', { headers })).json()).toEqual([null, null, null, null, 'theme=dark']);
});

it('hides query parameters that are not in the key', async () => {
  const site = fetchSite(({ url }) => new Response(url), { query: { allow: ['page'] } });
  expect(await (await site.ask('/list?utm=mail&page=2')).text()).toBe('http://site.example/list?page=2');
});

it('notes what a body looks at while it is read, long after the handler has returned', async () => {
  const site = fetchSite(({ headers }) => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          pulled += 1;
          await new Promise((resolve) => setImmediate(resolve));
          if (pulled < 3) controller.enqueue(new TextEncoder().encode('.'));
          else {
            controller.enqueue(new TextEncoder().encode(headers.get('x-api-key') ?? 'none'));
            controller.close();
          }
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body);
  });
  expect(await (await site.ask('/', { headers: SECRETS })).text()).toBe('..of-mine');
  expect(await (await site.ask('/')).text()).toBe('..none');
});

it('knows which code runs on behalf of the handler: what it awaits and what its body reads, but not the rest', async () => {
  const seen: boolean[] = [];
  let isAround = (): boolean => false;
  const look = (): void => void seen.push(isAround());
  const site = fetchSite(async (_request, run) => {
    ({ isAround } = run);
    look();
    await new Promise((resolve) => setTimeout(resolve, 1));
    look();
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          look();
          if (seen.length < 6) controller.enqueue(new Uint8Array(1));
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body);
  });
  const response = await site.ask('/');
  look();
  await response.text();
  look();
  expect(seen).toEqual([true, true, expect.any(Boolean), expect.any(Boolean), true, true, false]);
  expect(seen.filter((around) => !around)).toHaveLength(2);
});

it('knows it of a body that is read for others when its client has left, too', async () => {
  const seen: boolean[] = [];
  let isAround = (): boolean => false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.push(isAround());
        if (seen.length === 1) controller.enqueue(new Uint8Array(1));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const handler: Handler = (_request, run) => {
    ({ isAround } = run);
    return new Response(body);
  };
  const site = fetchSite(handler, { maxBodyBytes: 1 });
  const response = await site.ask('/');
  // As much is read as may be stored.
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([true]);
  await response.body?.cancel();
  await site.settle();
  expect(seen).toEqual([true, true]);
  expect(said(await site.ask('/'))).toBe('hit; ttl=300');
});

it('gives the handler no signal of a client, whose leaving must not stop what others wait for', async () => {
  const client = new AbortController();
  const aborted: boolean[] = [];
  const site = fetchSite(async (request) => {
    client.abort();
    await new Promise((resolve) => setImmediate(resolve));
    aborted.push(request.signal.aborted);
    return new Response('page');
  });
  await site.ask('/', { signal: client.signal });
  expect(aborted).toEqual([false]);
});

it('under another cache, tells that one too', async () => {
  const inner = fetchSite(({ headers }) => new Response(headers.get('x-api-key')), { headers: ['x-api-key'] });
  const pass: Handler = (request) => inner.send({ request });
  const outer = fetchSite(pass);
  const mine = await outer.ask('/', { headers: SECRETS });
  expect(await mine.text()).toBe('of-mine');
  expect(mine.headers.get('vary')).toBe('x-api-key');
  expect(await (await outer.ask('/')).text()).toBe('');
});

it('lets POST keep its body, where its answer may be stored', async () => {
  const site = fetchSite(
    async (request) => {
      const headers = { 'Content-Location': '/', 'Cache-Control': 'max-age=60' };
      return new Response(`posted ${await request.text()}`, { headers });
    },
    { mode: 'standard' },
  );
  const posted = await site.ask('/', { method: 'POST', body: 'this' });
  expect(await posted.text()).toBe('posted this');
  const got = await site.ask('/');
  expect([await got.text(), said(got)]).toEqual(['posted this', 'hit; ttl=60']);
});
