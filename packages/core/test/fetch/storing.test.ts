import { expect, it } from 'vitest';
import { asyncBackend } from '../support/backends.ts';
import { controlledBody, fetchSite, said } from './support/site.ts';

it('answers what was stored, with its age', async () => {
  const site = fetchSite(() => new Response('page', { headers: { 'Content-Type': 'text/plain', Link: '</a>' } }), {
    maxAge: '1m',
  });

  const miss = await site.ask('/');
  expect([await miss.text(), said(miss)]).toEqual(['page', 'fwd=uri-miss; stored']);
  site.clock.advance(10_000);
  const hit = await site.ask('/');

  expect([await hit.text(), said(hit), hit.headers.get('age')]).toEqual(['page', 'hit; ttl=50', '10']);
  expect([hit.headers.get('link'), hit.headers.get('content-type')]).toEqual(['</a>', 'text/plain']);
  expect(hit.headers.get('content-length')).toBe('4');
  expect(site.runs).toBe(1);
});

it('sends the first piece before there is a second', async () => {
  const source = controlledBody();
  const site = fetchSite(() => new Response(source.body));

  const pieces = ((await site.ask('/')).body as ReadableStream<Uint8Array>).getReader();
  source.write('first');
  const first = await pieces.read();
  expect(new TextDecoder().decode(first.value)).toBe('first');
  source.write(', second');
  source.end();
  await pieces.read();
  expect((await pieces.read()).done).toBe(true);

  expect(await (await site.ask('/')).text()).toBe('first, second');
  expect(site.runs).toBe(1);
});

it('stores bytes as they were sent, whatever becomes of their memory', async () => {
  const memory = new Uint8Array([1, 2, 3]);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent === 3) return controller.close();
      memory.fill(sent);
      sent += 1;
      controller.enqueue(memory.slice());
      memory.fill(255);
    },
  });
  const site = fetchSite(() => new Response(body));

  const first = new Uint8Array(await (await site.ask('/')).arrayBuffer());
  const second = new Uint8Array(await (await site.ask('/')).arrayBuffer());

  expect([...first]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  expect(second).toEqual(first);
});

it('never stores a body that fails, and passes the failure on', async () => {
  const source = controlledBody();
  let runs = 0;
  const site = fetchSite(() => {
    runs += 1;
    return new Response(runs === 1 ? source.body : 'whole');
  });

  const broken = await site.ask('/');
  source.write('half');
  source.fail(new Error('the source broke'));
  await expect(broken.text()).rejects.toThrow('the source broke');

  const next = await site.ask('/');
  expect([await next.text(), said(next)]).toEqual(['whole', 'fwd=uri-miss; stored']);
});

it('never stores a body shorter than what was announced', async () => {
  const site = fetchSite(() => new Response('half', { headers: { 'Content-Length': '8' } }));
  for (let time = 0; time < 2; time += 1) {
    const response = await site.ask('/');
    await response.text();
    expect(said(response)).not.toMatch(/^hit/);
  }
});

it('passes a body beyond the limit on, and does not store it', async () => {
  const site = fetchSite(() => new Response('12345678901'), { maxBodyBytes: 10 });
  expect(await (await site.ask('/')).text()).toBe('12345678901');
  const again = await site.ask('/');
  expect([await again.text(), said(again)?.startsWith('hit')]).toEqual(['12345678901', false]);
});

it.each([204, 301, 308])('stores a %d without a body', async (status) => {
  const site = fetchSite(() => new Response(null, { status, headers: { Location: '/new' } }));
  const miss = await site.ask('/');
  await site.settle();
  const hit = await site.ask('/');
  expect([miss.status, hit.status, said(hit)]).toEqual([status, status, 'hit; ttl=300']);
  expect(hit.headers.get('location')).toBe('/new');
});

it('takes what a platform has made immutable', async () => {
  const site = fetchSite(() => Response.redirect('http://site.example/new', 301));
  expect(said(await site.ask('/'))).toBe('fwd=uri-miss; stored');
  expect(said(await site.ask('/', { method: 'DELETE' }))).toBe('fwd=method');
});

it('changes no response that may be used twice', async () => {
  const empty = new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } });
  const site = fetchSite(() => empty);
  await site.ask('/');
  await site.ask('/', { method: 'DELETE' });
  expect([...empty.headers.keys()]).toEqual(['cache-control']);
});

it('lets a cookie reach its client and nobody else', async () => {
  const site = fetchSite(() => {
    const headers = new Headers({ 'Content-Type': 'text/plain' });
    headers.append('Set-Cookie', 'a=1');
    headers.append('Set-Cookie', 'b=2');
    return new Response('own', { headers });
  });
  const [one, two] = await Promise.all([site.ask('/'), site.ask('/')]);
  for (const response of [one, two]) expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(said(one)).toBe('fwd=uri-miss; detail=set-cookie');
  expect(site.runs).toBe(2);
});

it('leaves alone what has no body of its own: a change of protocols, and answers in some other way', async () => {
  const site = fetchSite(() => undefined);
  expect(await site.send({})).toBeUndefined();
  expect(await site.send({})).toBeUndefined();
  expect(site.runs).toBe(2);

  const upgrade = new Response('as it is');
  const other = fetchSite(() => upgrade);
  expect(await other.ask('/', { headers: { Upgrade: 'websocket' } })).toBe(upgrade);
});

it('defers what is still to be written', async () => {
  const site = fetchSite(() => new Response('page'), {}, { backend: asyncBackend() });
  await (await site.ask('/')).text();
  expect(site.deferred).toHaveLength(1);
  await site.settle();
  expect(said(await site.ask('/'))).toBe('hit; ttl=300');
});
