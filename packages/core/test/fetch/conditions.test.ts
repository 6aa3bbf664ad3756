import { expect, it } from 'vitest';
import { fetchSite, said } from './support/site.ts';

const page = () => new Response('a page', { headers: { ETag: '"v1"', 'Content-Type': 'text/plain' } });

it('answers a client that has the page with 304, at the first request and after', async () => {
  const site = fetchSite(page);
  const headers = { 'If-None-Match': '"v1"' };

  const first = await site.ask('/', { headers });
  await site.settle();
  const second = await site.ask('/', { headers });

  for (const response of [first, second]) {
    expect([response.status, response.body]).toEqual([304, null]);
    expect([response.headers.get('etag'), response.headers.get('content-type')]).toEqual(['"v1"', null]);
  }
  expect([said(first), said(second)]).toEqual(['fwd=uri-miss; stored', 'hit; ttl=300']);
  expect(await (await site.ask('/')).text()).toBe('a page');
  expect(site.runs).toBe(1);
});

it('answers HEAD from what GET has stored, and lets it go to the handler before', async () => {
  const site = fetchSite(({ method }) => new Response(method === 'HEAD' ? null : 'a page'));
  const before = await site.ask('/', { method: 'HEAD' });
  expect([before.status, said(before)]).toEqual([200, 'fwd=uri-miss']);
  await (await site.ask('/')).text();
  const after = await site.ask('/', { method: 'HEAD' });
  expect([after.body, after.headers.get('content-length'), said(after)]).toEqual([null, '6', 'hit; ttl=300']);
});

it('answers ranges of what is stored', async () => {
  const site = fetchSite(page);
  await (await site.ask('/')).text();
  const part = await site.ask('/', { headers: { Range: 'bytes=2-3' } });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'pa', 'bytes 2-3/6']);
  const none = await site.ask('/', { headers: { Range: 'bytes=9-' } });
  expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */6']);
});

it('answers 504 to a client that wants nothing but what is stored', async () => {
  const site = fetchSite(page);
  const headers = { 'Cache-Control': 'only-if-cached' };
  const response = await site.ask('/', { headers });
  expect([response.status, said(response), site.runs]).toEqual([504, 'fwd=uri-miss; detail=only-if-cached', 0]);
});

it.each([
  ['authorization', { Authorization: 'Bearer 1' }],
  ['cookie', { Cookie: 'session=1' }],
  ['no-store', { 'Cache-Control': 'no-store' }],
])('lets requests pass because of %s, with everything that they carry', async (detail, fields) => {
  const site = fetchSite(({ headers }) => Response.json(Object.keys(fields).map((name) => headers.get(name))));
  for (let time = 0; time < 2; time += 1) {
    const response = await site.ask('/', { headers: fields });
    expect(await response.json()).toEqual(Object.values(fields));
    expect(said(response)).toBe(`fwd=bypass; detail=${detail}`);
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
  }
});

it('goes past the cache for somebody who is known', async () => {
  const site = fetchSite(page);
  const response = await site.send({ identified: true });
  expect(response && said(response)).toBe('fwd=bypass; detail=identity');
});

it('asks the handler whether a stale page is still right', async () => {
  const asked: (string | null)[] = [];
  const site = fetchSite(
    ({ headers }) => {
      const condition = headers.get('if-none-match');
      asked.push(condition);
      const said304 = { ETag: '"v1"', 'Cache-Control': 'max-age=60' };
      return condition === '"v1"'
        ? new Response(null, { status: 304, headers: said304 })
        : new Response('a page', { headers: said304 });
    },
    { mode: 'standard' },
  );
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  const confirmed = await site.ask('/');
  expect([confirmed.status, await confirmed.text(), said(confirmed)]).toEqual([
    200,
    'a page',
    'fwd=stale; fwd-status=304; stored',
  ]);
  expect(asked).toEqual([null, '"v1"']);
});

it('completes a stored part with what is missing, or runs the handler once more', async () => {
  const whole = 'abcdefghij';
  const runs: (string | null)[] = [];
  let fails = false;
  const site = fetchSite(
    ({ headers }, { purpose }) => {
      const range = headers.get('range');
      runs.push(`${purpose} ${range ?? 'all'}`);
      const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
      const fields = { ETag: '"v1"', 'Cache-Control': 'max-age=60' };
      if (first === undefined) return new Response(whole, { headers: fields });
      if (fails) return new Response('no such thing', { status: 404 });
      const end = last === '' ? whole.length - 1 : Number(last);
      const bytes = `bytes ${first}-${end}/${whole.length}`;
      return new Response(whole.slice(Number(first), end + 1), {
        status: 206,
        headers: { ...fields, 'Content-Range': bytes },
      });
    },
    { mode: 'standard' },
  );
  await (await site.ask('/a', { headers: { Range: 'bytes=0-3' } })).text();
  const completed = await site.ask('/a');
  expect([completed.status, await completed.text()]).toEqual([200, whole]);
  expect(runs.splice(0)).toEqual(['fill bytes=0-3', 'fill bytes=4-']);

  await (await site.ask('/b', { headers: { Range: 'bytes=0-3' } })).text();
  fails = true;
  const anew = await site.ask('/b');
  expect([anew.status, await anew.text()]).toEqual([200, whole]);
  expect(runs).toEqual(['fill bytes=0-3', 'fill bytes=4-', 'again all']);
});
