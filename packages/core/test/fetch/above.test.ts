import { expect, it } from 'vitest';
import { type Handler, fetchSite } from './support/site.ts';

/** A framework that puts fields of middleware above the cache into what handlers answer. */
function under(above: Headers, fields: Record<string, string>, taken: readonly string[] = []): Handler {
  return () => {
    const headers = new Headers(above);
    for (const name of taken) headers.delete(name);
    for (const [name, value] of Object.entries(fields)) headers.set(name, value);
    return new Response('page', { headers });
  };
}

it('stores what the handler set, and adds what is set above anew each time', async () => {
  const first = new Headers({ 'X-Request-Id': '1', 'X-Above': 'same' });
  const site = fetchSite(under(first, { 'X-Own': 'own', 'Content-Type': 'text/plain' }));
  const miss = await site.send({ above: () => first });
  await miss?.text();
  expect([miss?.headers.get('x-request-id'), miss?.headers.get('x-own')]).toEqual(['1', 'own']);

  const hit = await site.send({ above: () => new Headers({ 'X-Request-Id': '2' }) });
  expect(['x-request-id', 'x-own', 'x-above'].map((name) => hit?.headers.get(name))).toEqual(['2', 'own', null]);
});

it('takes away again what the handler took away', async () => {
  const above = (): Headers => new Headers({ 'X-Powered-By': 'us' });
  const site = fetchSite(under(above(), {}, ['x-powered-by']));
  await (await site.send({ above }))?.text();
  const hit = await site.send({ above });
  expect(hit?.headers.get('x-powered-by')).toBeNull();
});

it('varies by all that either varies by', async () => {
  const above = (): Headers => new Headers({ Vary: 'Origin' });
  const site = fetchSite(under(above(), { Vary: 'Accept' }));
  await (await site.send({ above }))?.text();
  const hit = await site.send({ above });
  expect(hit?.headers.get('vary')).toBe('Origin, Accept');
});

it('adds its member to what other caches have said', async () => {
  const above = (): Headers => new Headers({ 'Cache-Status': 'edge; fwd=miss' });
  const site = fetchSite(under(above(), {}), { serverTiming: true });
  await (await site.send({ above }))?.text();
  const hit = await site.send({ above });
  expect(hit?.headers.get('cache-status')).toBe('edge; fwd=miss, cache; hit; ttl=300');
  expect(hit?.headers.get('server-timing')).toMatch(/^cache;desc="hit; ttl=300", age;dur=0, fill;dur=\d+$/);
});

it('gives each cookie of a stored response a line of its own', async () => {
  const site = fetchSite(
    () => {
      const headers = new Headers({ 'Cache-Control': 'max-age=60' });
      for (const cookie of ['a=1', 'b=2']) headers.append('Set-Cookie', cookie);
      return new Response('page', { headers });
    },
    { mode: 'standard', storeSetCookie: true },
  );
  await (await site.ask('/')).text();
  expect((await site.ask('/')).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});
