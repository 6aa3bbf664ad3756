import { hole } from '@cache/core';
import { cacheResponse, type ResponsePolicy } from '@cache/koa';
import type { Context, Middleware } from 'koa';
import compress from 'koa-compress';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

/** What authentication and sessions leave above the cache. */
const visit: Middleware = (ctx, next) => {
  const name = ctx.get('cookie');
  if (name !== '') ctx.state['user'] = { name };
  Object.defineProperty(ctx, 'session', { get: () => ({ name }), configurable: true });
  return next();
};

const policy: ResponsePolicy<Context> = {
  maxAge: '5m',
  holes: {
    greeting: ({ context }) => {
      const { user } = context.state as { user?: { name: string } };
      const { session } = context as { session?: { name: string } };
      if (user?.name === 'eve') throw new Error('no greeting');
      return `Hello, ${user?.name ?? 'stranger'} (${session?.name}, ${context.get('cookie')})!`;
    },
  },
};

const page: Middleware = (ctx) => {
  const { user } = ctx.state as { user?: unknown };
  ctx.type = 'html';
  ctx.body = `${hole('greeting')} ${String(user)} ${String((ctx as { session?: unknown }).session)}`;
};

describe.each(koaVersions)('a page with holes on $version', ({ Koa }) => {
  it.each([true, false])('is filled from what middleware above the cache knows (any: %s)', async (above) => {
    const { cache } = testCache();
    let runs = 0;
    const below: Middleware = async (_ctx, next) => {
      runs += 1;
      await next();
    };
    const app = new Koa();
    if (above) app.use(visit);
    app.use(cacheResponse(cache, policy)).use(below).use(page);
    const { get } = await startSite(app);
    for (const cookie of ['ann', 'bob', 'ann']) {
      const greeted = above ? `${cookie} (${cookie}, ${cookie})` : `stranger (undefined, ${cookie})`;
      expect((await get('/', { cookie })).text).toBe(`Hello, ${greeted}! undefined undefined`);
    }
    expect(runs).toBe(1);
  });

  it('is compressed above the cache once it is stored, filled', async () => {
    const { cache } = testCache();
    const app = new Koa();
    app
      .use(compress({ threshold: 0 }))
      .use(visit)
      .use(cacheResponse(cache, policy))
      .use(page);
    const { get } = await startSite(app);
    expect((await get('/', { cookie: 'ann', 'accept-encoding': 'gzip' })).text).toMatch(/^Hello, ann /);
    const hit = await get('/', { cookie: 'bob', 'accept-encoding': 'gzip' });
    expect([hit.header('content-encoding'), hit.cache?.startsWith('hit')]).toEqual(['gzip', true]);
    expect(gunzipSync(hit.body).toString()).toMatch(/^Hello, bob /);
  });

  it('is changed by middleware above as any other', async () => {
    const { cache } = testCache();
    const app = new Koa();
    const shout: Middleware = async (ctx, next) => {
      await next();
      ctx.body = `${String(ctx.body)}!`;
    };
    app.use(shout).use(visit).use(cacheResponse(cache, policy)).use(page);
    const { get } = await startSite(app);
    for (const cookie of ['ann', 'bob'])
      expect((await get('/', { cookie })).text).toMatch(new RegExp(`^Hello, ${cookie} .*d!+$`));
  });

  it('fails as Koa fails, on a miss and on a hit', async () => {
    const { cache } = testCache();
    const told: unknown[] = [];
    const app = new Koa();
    app.on('error', (error: Error) => told.push(error.message));
    app.use(visit).use(cacheResponse(cache, policy)).use(page);
    const { get } = await startSite(app);
    expect((await get('/', { cookie: 'eve' })).status).toBe(500);
    expect((await get('/', { cookie: 'ann' })).cache).toMatch(/^hit/);
    expect([(await get('/', { cookie: 'eve' })).status, told]).toEqual([500, ['no greeting', 'no greeting']]);
  });
});
