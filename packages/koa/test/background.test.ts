import { cacheResponse, type ResponsePolicy } from '@cache/koa';
import type { Context, Middleware } from 'koa';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { gate } from './support/gate.ts';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

describe.each(koaVersions)('background refresh on $version', ({ Koa }) => {
  /** A page `old` that has become stale, and what the handler answers from then on. */
  async function stale(renewed: (ctx: Context) => unknown, { above = [], policy = {} }: Setting = {}) {
    const { cache, clock } = testCache();
    const app = new Koa();
    const errors: unknown[] = [];
    app.on('error', (error) => errors.push(error));
    for (const middleware of above) app.use(middleware);
    const begun = gate();
    let runs = 0;
    app.use(cacheResponse(cache, { maxAge: '1m', staleWhileRevalidate: '1h', ...policy }));
    app.use(async (ctx) => {
      runs += 1;
      if (runs === 1) {
        ctx.body = 'old';
        ctx.set('X-Old', 'yes');
        return;
      }
      void begun.pass();
      await renewed(ctx);
    });
    const site = await startSite(app);
    await site.get();
    clock.advance(61_000);
    return { ...site, clock, errors, begun: () => begun.reached(1), runs: () => runs };
  }

  interface Setting {
    readonly above?: readonly Middleware[];
    readonly policy?: ResponsePolicy;
  }

  /** The answers until one is new; the stale one goes out at once each time. */
  async function firstNew(get: () => Promise<{ readonly text: string }>): Promise<string> {
    for (;;) {
      const { text } = await get();
      if (text !== 'old') return text;
    }
  }

  it.each<[string, (ctx: Context) => unknown]>([
    ['text', (ctx) => (ctx.body = '"new"')],
    ['a Buffer', (ctx) => (ctx.body = Buffer.from('"new"'))],
    ['JSON', (ctx) => (ctx.body = ['new'])],
    ['a stream', (ctx) => (ctx.body = Readable.from(['"ne', 'w"']))],
    ['a long stream', (ctx) => (ctx.body = Readable.from(['new', ...Array<string>(100).fill(' '.repeat(9_999))]))],
    ['Node itself', (ctx) => ((ctx.respond = false), ctx.res.writeHead(200, { 'X-A': 'b' }).end('new'))],
  ])('stores what the handler makes: %s', async (_kind, renewed) => {
    const { get, begun, runs } = await stale(renewed);

    const answer = await get();
    await begun();

    expect([answer.text, answer.cache, answer.header('age')]).toEqual(['old', 'hit; ttl=-1', '61']);
    expect(await firstNew(get)).toContain('new');
    expect((await get()).header('x-old')).toBeUndefined();
    expect(runs()).toBe(2);
  });

  it('lets `ctx` do all that it does for a client', async () => {
    const { get } = await stale((ctx) => {
      expect([ctx.headerSent, ctx.body, ctx.status]).toEqual([false, undefined, 404]);
      ctx.type = 'application/xml';
      ctx.set({ 'X-A': '1', 'X-B': '2' });
      ctx.append('X-A', '3');
      ctx.remove('X-B');
      ctx.status = 203;
      ctx.body = '<new/>';
    });

    await get();
    await firstNew(get);

    const { status, text, header } = await get();
    expect([status, text, header('content-type'), header('x-a'), header('x-b')]).toEqual([
      203,
      '<new/>',
      'application/xml',
      '1, 3',
      undefined,
    ]);
  });

  it('runs no middleware above the cache', async () => {
    let seen = 0;
    const above: Middleware = (_ctx, next) => ((seen += 1), next());
    const { get, begun } = await stale((ctx) => (ctx.body = 'new'), { above: [above] });

    await get();
    await begun();

    expect(seen).toBe(2);
    expect(await firstNew(get)).toBe('new');
  });

  it('keeps the old page when the handler throws, and the app hears of it', async () => {
    const { get, errors, begun, runs } = await stale(() => {
      throw new Error('broken');
    });

    await get();
    await begun();
    expect((await get()).text).toBe('old');
    while (runs() < 3) expect((await get()).text).toBe('old');

    expect(errors).toEqual(expect.arrayContaining([expect.objectContaining({ message: 'broken' })]));
  });

  it('keeps the old page when a stream breaks off', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'ne';
      throw new Error('broken');
    }
    const { get, begun } = await stale((ctx) => (ctx.body = Readable.from(broken())));

    await get();
    await begun();

    for (let time = 0; time < 5; time += 1) expect((await get()).text).toBe('old');
  });

  it('answers HEAD and conditions from the stale page', async () => {
    const { get } = await stale((ctx) => (ctx.body = 'new'));
    const head = await get('/', {}, 'HEAD');
    const etag = head.header('etag') ?? '';

    expect([head.status, head.text, head.header('content-length')]).toEqual([200, '', '3']);
    expect((await get('/', { 'if-none-match': etag })).status).toBe(304);
    expect(await firstNew(get)).toBe('new');
  });
});
