import { cacheResponse } from '@cache/koa';
import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

describe.each(koaVersions)('errors on $version', ({ Koa }) => {
  async function site(page: (ctx: Context) => void) {
    const { cache, clock } = testCache();
    const app = new Koa();
    const errors: unknown[] = [];
    app.on('error', (error) => errors.push(error));
    app.use(cacheResponse(cache, { maxAge: '1m', staleIfError: '1h' })).use((ctx) => page(ctx));
    return { ...(await startSite(app)), clock, errors };
  }

  it('reach the app once, with the answer Koa makes of them', async () => {
    const { get, errors } = await site((ctx) => ctx.throw(418, 'teapot', { headers: { 'X-Why': 'tea' } }));

    const answer = await get();

    expect([answer.status, answer.text, answer.header('x-why')]).toEqual([418, 'teapot', 'tea']);
    expect(errors).toEqual([expect.objectContaining({ message: 'teapot' })]);
  });

  it('are answered with a stale page where the policy allows it, and reach the app', async () => {
    let broken = false;
    const { get, clock, errors } = await site((ctx) => {
      if (broken) throw new Error('broken');
      ctx.type = 'html';
      ctx.body = 'page';
    });
    await get();
    broken = true;
    clock.advance(61_000);

    const answer = await get();

    expect([answer.status, answer.text, answer.header('content-type')]).toEqual([
      200,
      'page',
      'text/html; charset=utf-8',
    ]);
    expect(answer.cache).toMatch(/fwd-status=500/);
    expect(errors).toEqual([expect.objectContaining({ message: 'broken' })]);
  });

  it('of options are thrown at once', () => {
    expect(() => cacheResponse(testCache().cache, { maxAge: 'soon' as '1s' })).toThrow(/maxAge/);
  });
});
