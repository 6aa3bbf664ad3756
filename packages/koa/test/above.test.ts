import { attachCache } from '@cache/core/node';
import { listening } from '@cache/core/testing';
import { cacheResponse, type ResponsePolicy } from '@cache/koa';
import type { Middleware } from 'koa';
import compress from 'koa-compress';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { serverOf, startSite, testCache } from './support/site.ts';

const long = 'page '.repeat(1_000);

describe.each(koaVersions)('middleware above the cache on $version', ({ Koa }) => {
  async function site(above: readonly Middleware[], page: Middleware, policy: ResponsePolicy = {}) {
    const { cache, clock } = testCache();
    const app = new Koa();
    for (const middleware of above) app.use(middleware);
    app.use(cacheResponse(cache, policy)).use(page);
    return { ...(await startSite(app)), app, cache, clock };
  }

  const numbered = (): Middleware => {
    let run = 0;
    return (ctx) => (ctx.body = `run ${(run += 1)}`);
  };

  it('sets fields after `next` on each answer, and none of them is stored', async () => {
    let request = 0;
    const stamp: Middleware = async (ctx, next) => {
      await next();
      if ((request += 1) < 3) ctx.set('X-Request', String(request));
    };
    const { get } = await site([stamp], numbered());

    const answers = [await get(), await get(), await get()];

    expect(answers.map(({ header }) => header('x-request'))).toEqual(['1', '2', undefined]);
    expect(answers.map(({ text }) => text)).toEqual(['run 1', 'run 1', 'run 1']);
  });

  it('sees a stored answer as it saw the first one', async () => {
    const seen: unknown[] = [];
    const log: Middleware = async (ctx, next) => {
      await next();
      seen.push([ctx.status, ctx.type, ctx.length, String(ctx.body), ctx.response.get('X-Page')]);
    };
    const { get } = await site([log], (ctx) => {
      ctx.status = 203;
      ctx.set('X-Page', 'yes');
      ctx.body = 'page';
    });

    await get();
    await get();

    expect(seen[0]).toEqual([203, 'text/plain', 4, 'page', 'yes']);
    expect(seen[1]).toEqual(seen[0]);
  });

  it('can answer something else than what is stored', async () => {
    let closed = false;
    const close: Middleware = async (ctx, next) => {
      await next();
      if (!closed) return;
      ctx.status = 503;
      ctx.body = { closed };
    };
    const { get } = await site([close], numbered());
    await get();
    closed = true;

    const answer = await get();

    expect([answer.status, answer.text, answer.header('content-length')]).toEqual([503, '{"closed":true}', '15']);
    closed = false;
    expect((await get()).text).toBe('run 1');
  });

  it('can do so where hits are answered before the framework, which then learns nothing', async () => {
    const { cache } = testCache();
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      if (ctx.response.get('Age') !== undefined && ctx.response.get('Age') !== '') ctx.body = 'closed';
    });
    app.use(cacheResponse(cache, { fastPath: true })).use(numbered());
    const server = serverOf(app);
    attachCache(server, cache);
    const running = await listening(server);
    onTestFinished(() => running.close());
    const texts: string[] = [];
    for (let time = 0; time < 6; time += 1) texts.push(await (await fetch(running.url ?? '')).text());

    expect(texts).toEqual(['run 1', 'closed', 'closed', 'closed', 'closed', 'closed']);
  });

  it('makes its own page of what the handler did not find, and that is not stored', async () => {
    const notFound: Middleware = async (ctx, next) => {
      await next();
      if (ctx.status !== 404) return;
      ctx.body = 'nothing here';
      ctx.status = 404;
    };
    const { get } = await site([notFound], () => {});

    expect([(await get()).text, (await get()).text, (await get()).status]).toEqual([
      'nothing here',
      'nothing here',
      404,
    ]);
  });

  it('gives no cookie to another client', async () => {
    let client = 0;
    const session: Middleware = async (ctx, next) => {
      await next();
      ctx.cookies.set('session', String((client += 1)));
    };
    const { get } = await site([session], numbered());

    const answers = [await get(), await get()];

    expect(answers.map(({ header }) => header('set-cookie'))).toEqual([
      'session=1; path=/; httponly',
      'session=2; path=/; httponly',
    ]);
    expect(answers[0]?.cache).toBe('fwd=uri-miss; detail=set-cookie');
  });

  describe.each(['above', 'below'])('a compressor %s the cache', (place) => {
    const compressed = (): Promise<Awaited<ReturnType<typeof site>>> => {
      const gzip = compress({ br: false, zstd: false } as compress.CompressOptions);
      return place === 'above'
        ? site([gzip], (ctx) => (ctx.body = long))
        : site([gzip], (ctx) => (ctx.body = long), {}).then(() => below(gzip));
    };
    const below = async (gzip: Middleware) => {
      const { cache, clock } = testCache();
      const app = new Koa().use(cacheResponse(cache)).use(gzip);
      app.use((ctx) => (ctx.body = long));
      return { ...(await startSite(app)), app, cache, clock };
    };

    it.each([
      ['gzip', undefined],
      [undefined, 'gzip'],
    ])('sends each client what it can read (first %s, then %s)', async (...codings) => {
      const { get } = await compressed();
      for (const coding of [...codings, ...codings, ...codings]) {
        const answer = await get('/', coding === undefined ? {} : { 'accept-encoding': coding });
        expect(answer.header('content-encoding')).toBe(coding);
        expect((coding === undefined ? answer.body : gunzipSync(answer.body)).toString()).toBe(long);
        expect(answer.header('vary')?.toLowerCase()).toContain('accept-encoding');
      }
      expect((await get('/', { 'accept-encoding': 'gzip' })).cache).toBe('hit; ttl=300');
    });

    it('and answers before the framework keep the codings apart', async () => {
      const { cache } = testCache();
      const gzip = compress({ br: false, zstd: false } as compress.CompressOptions);
      const cached = cacheResponse(cache, { fastPath: true });
      const app = new Koa();
      for (const one of place === 'above' ? [gzip, cached] : [cached, gzip]) app.use(one as Middleware);
      app.use((ctx) => (ctx.body = long));
      const server = serverOf(app);
      attachCache(server, cache);
      const running = await listening(server);
      onTestFinished(() => running.close());
      const { url = '' } = running;

      for (let time = 0; time < 5; time += 1) {
        for (const coding of ['gzip', 'identity']) {
          const answer = await fetch(url, { headers: { 'accept-encoding': coding } });
          expect(answer.headers.get('content-encoding')).toBe(coding === 'gzip' ? 'gzip' : null);
          expect(await answer.text()).toBe(long);
        }
      }
    });
  });

  it('keeps its fields when a stored answer goes out instead of an error', async () => {
    let fails = false;
    const stamp: Middleware = async (ctx, next) => {
      await next();
      ctx.set('X-Request', 'stamped');
    };
    const page: Middleware = (ctx) => {
      if (fails) ctx.status = 503;
      ctx.body = fails ? 'sorry' : 'page';
    };
    const { get, clock } = await site([stamp], page, { maxAge: '1m', staleIfError: '1h' });
    await get();
    fails = true;
    clock.advance(61_000);

    const answer = await get();

    expect([answer.status, answer.text, answer.header('x-request')]).toEqual([200, 'page', 'stamped']);
    expect(answer.header('content-length')).toBe('4');
  });
});
