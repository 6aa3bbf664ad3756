import { cacheResponse } from '@cache/koa';
import type { Context, Middleware } from 'koa';
import { describe, expect, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

const whole = 'abcdefghij';

/** Answers a range of a text that has a tag. */
function ranges(tag: () => string): (ctx: Context) => void {
  return (ctx) => {
    ctx.set({ ETag: tag(), 'Cache-Control': 'max-age=60' });
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(ctx.get('Range')) ?? [];
    const isOther = ctx.get('If-Range') !== '' && ctx.get('If-Range') !== tag();
    if (first === undefined || isOther) return void (ctx.body = whole);
    const end = last === '' ? whole.length - 1 : Number(last);
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${first}-${end}/${whole.length}`);
    ctx.body = whole.slice(Number(first), end + 1);
  };
}

describe.each(koaVersions)('a stored part on $version', ({ Koa }) => {
  async function site(page: (ctx: Context) => void, above: readonly Middleware[] = []) {
    const { cache, clock } = testCache();
    const app = new Koa();
    let runs = 0;
    for (const middleware of above) app.use(middleware);
    app.use(cacheResponse(cache, { mode: 'standard' }));
    app.use((ctx) => ((runs += 1), page(ctx)));
    return { ...(await startSite(app)), clock, runs: () => runs };
  }

  it('is completed by the rest', async () => {
    const { get, runs } = await site(ranges(() => '"a"'));

    expect((await get('/', { range: 'bytes=0-4' })).text).toBe('abcde');
    const answer = await get();

    expect([answer.status, answer.text]).toEqual([200, whole]);
    expect((await get()).cache).toMatch(/^hit/);
    expect(runs()).toBe(2);
  });

  it.each([true, false])(
    'that the rest does not fit has the handler run once more (middleware above: %s)',
    async (above) => {
      let tag = '"a"';
      let passed = 0;
      const count: Middleware = async (ctx, next) => {
        passed += 1;
        await next();
        ctx.set('X-Above', 'yes');
      };
      const page = ranges(() => tag);
      // Says nothing of `If-Range`, so that the part that comes is one of something else.
      const careless = (ctx: Context): void => {
        Object.assign(ctx.req.headers, { 'if-range': '' });
        page(ctx);
      };
      const { get, runs } = await site(careless, above ? [count] : []);
      await get('/', { range: 'bytes=0-4' });
      tag = '"b"';

      const answer = await get();

      expect([answer.status, answer.text, answer.header('etag')]).toEqual([200, whole, '"b"']);
      expect(answer.header('x-above')).toBe(above ? 'yes' : undefined);
      expect((await get()).cache).toMatch(/^hit/);
      expect(runs()).toBe(3);
      expect(passed).toBe(above ? 4 : 0);
    },
  );
});
