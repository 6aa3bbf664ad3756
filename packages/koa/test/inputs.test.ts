import { cacheResponse, type ResponsePolicy } from '@cache/koa';
import type { Context, Middleware } from 'koa';
import { describe, expect, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

describe.each(koaVersions)('what a handler reads, on $version', ({ Koa }) => {
  async function site(page: (ctx: Context) => void, policy: ResponsePolicy = {}, above: readonly Middleware[] = []) {
    const app = new Koa({ proxy: policy.query === undefined });
    for (const middleware of above) app.use(middleware);
    app.use(cacheResponse(testCache().cache, policy)).use(page);
    return startSite(app);
  }

  it.each<[string, (ctx: Context) => unknown]>([
    ['ctx.get', (ctx) => (ctx.body = `for ${ctx.get('X-Api-Key')}`)],
    ['ctx.headers', (ctx) => (ctx.body = `for ${ctx.headers['x-api-key']?.toString()}`)],
    ['ctx.request.header', (ctx) => (ctx.body = `for ${ctx.request.header['x-api-key']?.toString()}`)],
    ['ctx.req.headers', (ctx) => (ctx.body = `for ${ctx.req.headers['x-api-key']?.toString()}`)],
    ['all of them', (ctx) => (ctx.body = JSON.stringify(ctx.request))],
  ])('never reaches another client: %s', async (_way, page) => {
    const { get } = await site(page);

    const ann = await get('/', { 'x-api-key': 'ann' });
    const ben = await get('/', { 'x-api-key': 'ben' });

    expect([ann.text.includes('ann'), ben.text.includes('ann')]).toEqual([true, false]);
    expect(ben.cache).toMatch(/^fwd=uri-miss; detail="?read:/);
  });

  it.each([
    ['the host that a proxy names', 'x-forwarded-host', (ctx: Context) => (ctx.body = `http://${ctx.host}/`)],
    ['the protocol that a proxy names', 'x-forwarded-proto', (ctx: Context) => (ctx.body = ctx.href)],
    ['the client that a proxy names', 'x-forwarded-for', (ctx: Context) => (ctx.body = ctx.ips.join())],
  ])('is known through Koa, too: %s', async (_what, field, page) => {
    const { get } = await site((ctx) => page(ctx));

    await get('/', { [field]: 'evil' });

    expect((await get('/')).text).not.toContain('evil');
  });

  const negotiate = (ctx: Context): void => {
    if (ctx.accepts('html', 'json') === 'json') ctx.body = { page: 1 };
    else ctx.body = '<p>page</p>';
  };

  it.each([
    ['first', []],
    ['after middleware above has asked, too', [((ctx, next) => (ctx.accepts('html'), next())) as Middleware]],
  ])('is part of the key where it has few values: ctx.accepts, asked %s', async (_when, above) => {
    const { get } = await site(negotiate, {}, above);

    const plain = await get();
    const json = await get('/', { accept: 'application/json' });
    const html = await get('/', { accept: 'text/html' });

    expect([plain.text, json.text, html.text]).toEqual(['<p>page</p>', '{"page":1}', '<p>page</p>']);
    expect(plain.header('vary')).toBe('accept');
    expect((await get('/', { accept: 'application/json' })).cache).toBe('hit; ttl=300');
  });

  it('is of the declared cookies alone', async () => {
    const { get } = await site(
      (ctx) => (ctx.body = `${ctx.cookies.get('theme')} ${ctx.cookies.get('session')}`),
      { cookies: ['theme'] },
      [(ctx, next) => (ctx.cookies.get('session'), next())],
    );

    const ann = await get('/', { cookie: 'theme=dark; session=ann' });
    const ben = await get('/', { cookie: 'session=ben; theme=dark' });

    expect([ann.text, ben.text, ben.cache]).toEqual(['dark undefined', 'dark undefined', 'hit; ttl=300']);
  });

  it.each<[string, (ctx: Context) => string]>([
    ['ctx.url', ({ url }) => url],
    ['ctx.originalUrl', ({ originalUrl }) => originalUrl],
    ['ctx.request.originalUrl', ({ request }) => request.originalUrl],
    ['ctx.href', ({ href }) => href],
    ['ctx.URL', (ctx) => ctx.URL.href],
    ['ctx.search', ({ search }) => search],
    ['ctx.query', ({ query }) => JSON.stringify(query)],
  ])('of the query is what the key has: %s', async (_name, read) => {
    const look: Middleware = (ctx, next) => (read(ctx), next());
    const { get } = await site((ctx) => (ctx.body = read(ctx)), { query: { allow: ['page'] } }, [look]);

    const first = await get('/list?page=2&tracking=ann');
    const second = await get('/list?page=2&tracking=ben');

    expect([first.text.includes('2'), first.text.includes('ann')]).toEqual([true, false]);
    expect(second.cache).toBe('hit; ttl=300');
  });

  it.each<[string, Middleware]>([
    ['ctx.state.user', (ctx, next) => ((ctx.state['user'] = { name: 'ann' }), next())],
    ['ctx.state.auth', (ctx, next) => ((ctx.state['auth'] = { sub: 'ann' }), next())],
    ['ctx.req.user', (ctx, next) => (Object.assign(ctx.req, { user: 'ann' }), next())],
  ])('goes past the cache when somebody is known: %s', async (_name, above) => {
    let runs = 0;
    const { get } = await site((ctx) => (ctx.body = `run ${(runs += 1)}`), {}, [above]);

    const answers = [await get(), await get()];

    expect(answers.map(({ text }) => text)).toEqual(['run 1', 'run 2']);
    expect(answers[1]?.cache).toBe('fwd=bypass; detail=identity');
    expect(answers[1]?.header('cache-control')).toBe('private, no-cache');
  });

  it('is kept apart by what the client asked for and what middleware above made of it', async () => {
    const rewrite: Middleware = (ctx, next) => ((ctx.url = ctx.path === '/b' ? '/two' : '/one'), next());
    const { get } = await site((ctx) => (ctx.body = `${ctx.originalUrl} ${ctx.url}`), {}, [rewrite]);

    for (const time of [1, 2]) {
      expect([(await get('/a')).text, (await get('/b')).text, time]).toEqual(['/a /one', '/b /two', time]);
    }
    expect((await get('/a')).cache).toBe('hit; ttl=300');
  });
});
