import type { ResponsePolicy } from '@cache/core/node';
import { cacheControl, cacheResponse, neverCache, varyOn } from '@cache/koa';
import type Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

describe.each(koaVersions)('what middleware says about its response on $version', ({ Koa: KoaApp }) => {
  type Page = (ctx: Koa.Context, run: number) => void;

  async function start(
    page: Page,
    { policy = {}, between = [] }: { policy?: ResponsePolicy; between?: Koa.Middleware[] } = {},
  ) {
    const { cache, clock } = testCache();
    let runs = 0;
    const app = new KoaApp().use(cacheResponse(cache, policy));
    for (const middleware of between) app.use(middleware);
    app.use((ctx) => page(ctx, (runs += 1)));
    return { cache, clock, site: await startSite(app) };
  }

  it('tags and a lifetime, through ctx.state.cache', async () => {
    const { cache, site } = await start((ctx, run) => {
      ctx.state.cache?.addTags('a', 'b');
      ctx.state.cache?.limitLifetime('7s');
      ctx.body = `page ${run}`;
    });
    await site.get();
    expect((await site.get()).cache).toBe('hit; ttl=7');
    await cache.invalidateTags(['b']);
    expect((await site.get()).text).toBe('page 2');
  });

  it('that nobody may store it, even if the field is set anew for browsers', async () => {
    const { site } = await start((ctx, run) => {
      ctx.state.cache?.neverCache();
      if (ctx.path === '/own') ctx.set('Cache-Control', 'max-age=60');
      ctx.body = `page ${run}`;
    });
    const answers = [await site.get('/'), await site.get('/'), await site.get('/own'), await site.get('/own')];
    expect(answers.map(({ text }) => text)).toEqual(['page 1', 'page 2', 'page 3', 'page 4']);
    expect(answers[1]?.header('cache-control')).toBe('no-store');
    expect(answers[3]?.header('cache-control')).toBe('max-age=60');
  });

  it('what it differs by, and for how long it is good', async () => {
    const { site } = await start((ctx, run) => {
      ctx.vary('Accept-Language');
      ctx.state.cache?.varyOn('X-Currency', 'accept-language');
      ctx.state.cache?.cacheControl({ maxAge: '5s', sMaxAge: '20s' });
      ctx.body = `${run} in ${ctx.get('x-currency')}`;
    });
    for (const [currency, text] of [
      ['eur', '1 in eur'],
      ['usd', '2 in usd'],
      ['eur', '1 in eur'],
      ['usd', '2 in usd'],
    ]) {
      const answer = await site.get('/', { 'x-currency': currency });
      expect([answer.text, answer.header('vary'), answer.header('cache-control')]).toEqual([
        text,
        'Accept-Language, X-Currency',
        'max-age=5, s-maxage=20',
      ]);
    }
    expect((await site.get('/', { 'x-currency': 'eur' })).cache).toBe('hit; ttl=20');
  });

  it('also where the request goes past the cache, and not where there is none', async () => {
    const seen: boolean[] = [];
    const page: Koa.Middleware = (ctx) => {
      seen.push(ctx.state.cache !== undefined);
      ctx.state.cache?.neverCache();
      ctx.body = 'page';
    };
    const cached = await startSite(new KoaApp().use(cacheResponse(testCache().cache)).use(page));
    const plain = await startSite(new KoaApp().use(page));
    expect((await cached.get('/', { authorization: 'Bearer ann' })).header('cache-control')).toBe('no-store');
    expect((await plain.get()).header('cache-control')).toBeUndefined();
    expect(seen).toEqual([true, false]);
  });

  it('again in the background', async () => {
    const policy = { maxAge: '1m', staleWhileRevalidate: '1m' } as const;
    const { cache, clock, site } = await start(
      (ctx, run) => {
        ctx.state.cache?.addTags(`run-${run}`);
        ctx.state.cache?.varyOn(`X-Run-${run}`);
        ctx.body = `page ${run}`;
      },
      { policy },
    );
    await site.get();
    clock.advance(61_000);
    await site.get();
    await expect.poll(async () => (await site.get()).text).toBe('page 2');
    expect((await site.get()).header('vary')).toBe('X-Run-2');
    await cache.invalidateTags(['run-2']);
    expect((await site.get()).text).toBe('page 3');
  });

  it('by middleware: varyOn and cacheControl, which the middleware below may replace', async () => {
    const between = [varyOn('X-Currency'), cacheControl({ maxAge: '9s' })];
    const { site } = await start(
      (ctx) => {
        if (ctx.path === '/own') ctx.set('Cache-Control', 'max-age=60');
        ctx.body = `in ${ctx.get('x-currency')}`;
      },
      { between },
    );
    for (const currency of ['eur', 'usd', 'eur', 'usd']) {
      expect((await site.get('/', { 'x-currency': currency })).text).toBe(`in ${currency}`);
    }
    const hit = await site.get('/', { 'x-currency': 'eur' });
    expect([hit.cache, hit.header('cache-control'), hit.header('vary')]).toEqual([
      'hit; ttl=9',
      'max-age=9',
      'X-Currency',
    ]);
    expect((await site.get('/own')).header('cache-control')).toBe('max-age=60');
  });

  it('by middleware: neverCache, with a cache around and without', async () => {
    const { site } = await start((ctx, run) => void (ctx.body = `page ${run}`), { between: [neverCache()] });
    const plain = await startSite(new KoaApp().use(neverCache()).use((ctx) => void (ctx.body = 'page')));
    await site.get();
    const second = await site.get();
    expect([second.text, second.header('cache-control')]).toEqual(['page 2', 'no-store']);
    expect((await plain.get()).header('cache-control')).toBe('no-store');
  });
});

describe('the helpers', () => {
  it('refuse what is no field and directives that contradict each other', () => {
    for (const fields of [[], [''], ['*'], ['a b']]) {
      expect(() => varyOn(...fields)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
    }
    expect(() => cacheControl({ public: true, private: true })).toThrow(/private/);
  });
});
