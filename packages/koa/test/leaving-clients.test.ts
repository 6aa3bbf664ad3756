import { cacheResponse } from '@cache/koa';
import type { Context, Middleware } from 'koa';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { gate } from './support/gate.ts';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';
import compress from 'koa-compress';

const long = 'page '.repeat(1_000);

describe.each(koaVersions)('clients that leave, on $version', ({ Koa }) => {
  /** A client that leaves before the handler answers, while another waits for the same page. */
  async function left(answer: (ctx: Context, run: number) => void, above: readonly Middleware[] = []) {
    const app = new Koa();
    const errors: unknown[] = [];
    app.on('error', (error) => errors.push(error));
    const arrived = gate();
    arrived.open();
    const begun = gate();
    let runs = 0;
    for (const middleware of above) app.use(middleware);
    app.use((_ctx, next) => (void arrived.pass(), next()));
    app.use(cacheResponse(testCache().cache));
    let closed: Promise<unknown> | undefined;
    app.use(async (ctx) => {
      runs += 1;
      closed ??= once(ctx.res, 'close');
      if (runs === 1) await begun.pass();
      answer(ctx, runs);
    });
    const site = await startSite(app);
    const leaving = site.open();
    await begun.reached(1);
    const waiting = site.get();
    await arrived.reached(2);
    await leaving.leave();
    await closed;
    begun.open();
    return { waiting: await waiting, after: await site.get(), runs: () => runs, errors };
  }

  it.each<[string, string, (ctx: Context) => unknown]>([
    ['text', 'page', (ctx) => (ctx.body = 'page')],
    ['JSON', '{"a":1}', (ctx) => (ctx.body = { a: 1 })],
    ['a Buffer', 'page', (ctx) => (ctx.body = Buffer.from('page'))],
    ['Node itself', 'page', (ctx) => ((ctx.respond = false), ctx.res.writeHead(200).end('page'))],
  ])('leave the whole page to others (%s)', async (_kind, text, answer) => {
    const { waiting, after, runs, errors } = await left(answer);

    expect([waiting.text, waiting.cache]).toEqual([text, 'fwd=uri-miss; collapsed']);
    expect([after.text, after.cache]).toEqual([text, 'hit; ttl=300']);
    expect(runs()).toBe(1);
    expect(errors).toEqual([]);
  });

  it.each<[string, (ctx: Context) => unknown, Middleware[]]>([
    ['a stream', (ctx) => (ctx.body = Readable.from([long])), []],
    ['a stream of a declared length', (ctx) => ((ctx.length = 5_000), (ctx.body = Readable.from([long]))), []],
    ['text that is compressed above', (ctx) => (ctx.body = long), [compress()]],
  ])('never leave an empty page to others (%s)', async (_kind, answer, above) => {
    const { waiting, after, errors } = await left(answer, above);

    expect([waiting.status, waiting.text]).toEqual([200, long]);
    expect([after.status, after.text]).toEqual([200, long]);
    expect(errors).toEqual([]);
  });

  it('leave an error of the handler to its own client', async () => {
    const { waiting, after } = await left((ctx, run) => {
      if (run === 1) throw new Error('broken');
      ctx.body = 'page';
    });

    expect([waiting.text, after.text]).toEqual(['page', 'page']);
  });

  it('in the middle of a stream leave nothing', async () => {
    const sources: Readable[] = [];
    const app = new Koa().use(cacheResponse(testCache().cache));
    app.use((ctx) => {
      const source = new Readable({ read() {} });
      sources.push(source);
      ctx.body = source;
      source.push('first ');
    });
    const { open, get } = await startSite(app);
    const leaving = open();
    await leaving.head;
    await leaving.leave();
    while (sources[0]?.closed === false) await new Promise(setImmediate);

    const next = get();
    while (sources.length < 2) await new Promise(setImmediate);
    sources[1]?.push('second');
    sources[1]?.push(null);

    expect([(await next).text, (await next).cache]).toEqual(['first second', 'fwd=uri-miss; stored']);
  });

  it('a source that fails in the middle of the body is never stored', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'first ';
      throw new Error('broken');
    }
    let runs = 0;
    const app = new Koa().use(cacheResponse(testCache().cache));
    app.use((ctx) => {
      runs += 1;
      ctx.body = runs === 1 ? Readable.from(broken()) : 'whole';
    });
    const { open, get } = await startSite(app);
    const first = open();
    await first.head;
    await first.leave();

    expect((await get()).text).toBe('whole');
  });

  it('a source that fails keeps nobody waiting, whatever Koa does with its client', async () => {
    const fail = gate();
    async function* broken(): AsyncGenerator<string> {
      yield 'first ';
      await fail.pass();
      throw new Error('broken');
    }
    let runs = 0;
    const arrived = gate();
    arrived.open();
    const app = new Koa().use((_ctx, next) => (void arrived.pass(), next())).use(cacheResponse(testCache().cache));
    app.use((ctx) => {
      runs += 1;
      ctx.body = runs === 1 ? Readable.from(broken()) : 'whole';
    });
    const { open, get } = await startSite(app);
    await open().head;
    const waiting = get();
    await arrived.reached(2);
    fail.open();

    expect((await waiting).text).toBe('whole');
  });
});
