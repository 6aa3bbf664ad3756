import { afterEach, expect, it, vi } from 'vitest';
import { controlledBody, fetchSite, said } from './support/site.ts';

afterEach(() => {
  vi.useRealTimers();
});

const STALE = { maxAge: '1m', staleWhileRevalidate: '1h' } as const;

it('answers what is stale at once, while the handler runs for those who come later', async () => {
  let runs = 0;
  const site = fetchSite(() => new Response(`run ${(runs += 1)}`), STALE);
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  const stale = await site.ask('/');
  expect([await stale.text(), said(stale)]).toEqual(['run 1', 'hit; ttl=-1']);
  await site.settle();
  const fresh = await site.ask('/');
  expect([await fresh.text(), said(fresh)]).toEqual(['run 2', 'hit; ttl=60']);
});

it('runs the handler with nothing that is the client’s, and says so', async () => {
  const seen: unknown[] = [];
  const site = fetchSite(
    (request, { purpose }) => {
      seen.push([purpose, request.headers.get('cookie'), request.headers.get('if-none-match')]);
      return new Response('page');
    },
    { ...STALE, cookies: [] },
  );
  const headers = { Cookie: 'session=secret', 'If-None-Match': '"mine"' };
  const client = new AbortController();
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  const answer = await site.ask('/', { headers, signal: client.signal });
  client.abort();
  await answer.text();
  await site.settle();
  expect(seen).toEqual([
    ['fill', null, null],
    ['refresh', null, null],
  ]);
  expect(said(await site.ask('/'))).toBe('hit; ttl=60');
});

it('waits until the handler may run', async () => {
  const site = fetchSite(() => new Response('page'), STALE);
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  let free = (): void => {};
  const beforeRefresh = () => new Promise<void>((resolve) => (free = resolve));
  await site.send({ beforeRefresh });
  expect(site.runs).toBe(1);
  free();
  await site.settle();
  expect(site.runs).toBe(2);
});

it('ends a run that takes too long, and the next stale answer starts another', async () => {
  let signal: AbortSignal | undefined;
  let hangs = false;
  const site = fetchSite((request) => {
    signal = request.signal;
    return hangs ? new Promise<never>(() => {}) : new Response('page');
  }, STALE);
  const errors: unknown[] = [];
  site.cache.on('error', ({ operation, error }) => errors.push([operation, String(error)]));
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  hangs = true;
  await site.ask('/');
  expect(signal?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(signal?.aborted).toBe(true);
  await site.settle();
  expect(errors).toEqual([['refresh', 'Error: The refresh took longer than 30 seconds.']]);
  hangs = false;
  await site.ask('/');
  await site.settle();
  expect(said(await site.ask('/'))).toBe('hit; ttl=60');
});

it('lets go of a body that takes too long', async () => {
  const source = controlledBody();
  let runs = 0;
  const site = fetchSite(() => new Response((runs += 1) === 1 ? 'page' : source.body), STALE);
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await site.ask('/');
  source.write('begin');
  await vi.advanceTimersByTimeAsync(30_000);
  await site.settle();
  expect(source.cancelled).toBe(true);
  expect(await (await site.ask('/')).text()).toBe('page');
});

it('reports a failure, and keeps the stale page', async () => {
  let fails = false;
  const site = fetchSite(() => {
    if (fails) throw new Error('no database');
    return new Response('page');
  }, STALE);
  const errors: unknown[] = [];
  site.cache.on('error', ({ operation, error }) => errors.push([operation, String(error)]));
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  fails = true;
  await site.ask('/');
  await site.settle();
  expect(errors).toEqual([['refresh', 'Error: no database']]);
  expect(await (await site.ask('/')).text()).toBe('page');
});

it('has a cache below make what is stale anew at once, and start nothing of its own', async () => {
  const inner = fetchSite(() => new Response(`inner ${inner.runs}`), { ...STALE, clientMaxAge: '1m' });
  const outer = fetchSite((request) => inner.send({ request }), STALE);
  await (await outer.ask('/')).text();
  outer.clock.advance(61_000);
  inner.clock.advance(61_000);
  const stale = await outer.ask('/');
  expect([await stale.text(), said(stale)]).toEqual(['inner 1', expect.stringMatching(/^hit; ttl=-1/)]);
  await outer.settle();
  expect([inner.runs, inner.deferred]).toEqual([2, []]);
  expect(await (await outer.ask('/')).text()).toBe('inner 2');
});

it('answers what is stale instead of a failure, where the policy says so', async () => {
  let fails = false;
  const site = fetchSite(
    () => {
      if (fails) throw new Error('no database');
      return new Response('page');
    },
    { maxAge: '1m', staleIfError: '1h' },
  );
  const errors: string[] = [];
  site.cache.on('error', ({ operation }) => errors.push(operation));
  await (await site.ask('/')).text();
  site.clock.advance(61_000);
  fails = true;
  const stale = await site.ask('/');
  expect([await stale.text(), said(stale)]).toEqual(['page', 'fwd=stale; fwd-status=500; ttl=-1']);
  expect(errors).toEqual(['handler']);
});

it('passes a failure on where there is nothing to answer instead, to each who waited', async () => {
  const site = fetchSite(() => Promise.reject(new Error('no database')));
  const asked = await Promise.allSettled([site.ask('/'), site.ask('/')]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
