import { cacheResponse } from '@cache/hono';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { expect, it } from 'vitest';
import { asFunction, said, testCache } from './support/site.ts';

it('is answered by onError, not stored, and seen by middleware above', async () => {
  const { cache } = testCache();
  const errors: unknown[] = [];
  let runs = 0;
  const app = new Hono();
  app.onError((error, c) => c.text(`sorry: ${error.message}`, 500));
  app.use(async (c, next) => {
    await next();
    errors.push(c.error?.message);
  });
  app.get('/', cacheResponse(cache), () => {
    runs += 1;
    throw new Error(`run ${runs}`);
  });
  const { ask } = asFunction(app);
  for (const run of [1, 2]) {
    const response = await ask('/');
    expect([response.status, await response.text()]).toEqual([500, `sorry: run ${run}`]);
    expect(said(response)).toMatch(/detail=status$/);
  }
  expect(errors).toEqual(['run 1', 'run 2']);
});

it('of an HTTPException is answered as it says', async () => {
  const { cache } = testCache();
  const app = new Hono();
  app.get('/', cacheResponse(cache), () => {
    throw new HTTPException(404, { message: 'no such city' });
  });
  const response = await asFunction(app).ask('/');
  expect([response.status, await response.text(), said(response)]).toEqual([
    404,
    'no such city',
    'fwd=uri-miss; detail=status',
  ]);
});

it('in an app with an own onError is answered by that one', async () => {
  const { cache } = testCache();
  const inner = new Hono().onError((_error, c) => c.text('inner', 500));
  inner.get('/', cacheResponse(cache), () => {
    throw new Error('broken');
  });
  const app = new Hono().route('/inner', inner);
  expect(await (await asFunction(app).ask('/inner')).text()).toBe('inner');
});

it('gives way to a stale page, where the policy says so', async () => {
  const { cache, clock } = testCache();
  let fails = false;
  const app = new Hono().onError((_error, c) => c.text('sorry', 500, { 'X-Error': 'yes' }));
  app.get('/', cacheResponse(cache, { maxAge: '1m', staleIfError: '1h' }), (c) => {
    if (fails) throw new Error('no database');
    return c.text('page');
  });
  const { ask } = asFunction(app);
  await (await ask('/')).text();
  clock.advance(61_000);
  fails = true;
  const stale = await ask('/');
  expect([stale.status, await stale.text(), stale.headers.get('x-error')]).toEqual([200, 'page', null]);
  expect(said(stale)).toBe('fwd=stale; fwd-status=500; ttl=-1');
});

it('that is no Error goes where Hono sends it', async () => {
  const { cache } = testCache();
  const app = new Hono();
  app.get('/', cacheResponse(cache), () => {
    // oxlint-disable-next-line typescript/only-throw-error -- what is tested
    throw 'text';
  });
  await expect(asFunction(app).ask('/')).rejects.toBe('text');
});

it('of having no route is a 404 like any other', async () => {
  const { cache } = testCache();
  const app = new Hono().notFound((c) => c.text('nothing here', 404));
  app.use(cacheResponse(cache));
  const response = await asFunction(app).ask('/nowhere');
  expect([response.status, await response.text()]).toEqual([404, 'nothing here']);
});
