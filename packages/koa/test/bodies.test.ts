import { cacheResponse } from '@cache/koa';
import type { Context } from 'koa';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

type Handler = (ctx: Context) => void;

const bytes = Buffer.from([0, 255, 128, 10, 13, 0]);

const bodies: readonly (readonly [kind: string, answer: Handler])[] = [
  ['text', (ctx) => (ctx.body = 'grüße')],
  ['HTML', (ctx) => (ctx.body = '<p>page</p>')],
  ['an empty text', (ctx) => (ctx.body = '')],
  ['a Buffer', (ctx) => (ctx.body = bytes)],
  ['a stream', (ctx) => (ctx.body = Readable.from([bytes, Buffer.from('more')]))],
  ['a long stream', (ctx) => (ctx.body = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(20_000, 7))))],
  ['an object', (ctx) => (ctx.body = { city: 'Łódź', list: [1, null] })],
  ['a list', (ctx) => (ctx.body = [1, 2])],
  ['a number', (ctx) => (ctx.body = 42)],
  ['nothing, on purpose', (ctx) => (ctx.body = null)],
  ['a status alone', (ctx) => (ctx.status = 200)],
  ['another status', (ctx) => ((ctx.status = 203), (ctx.body = 'from elsewhere'))],
  ['a redirect', (ctx) => ((ctx.status = 301), ctx.redirect('/there'))],
  ['repeated fields', (ctx) => (ctx.set('Link', ['<a>', '<b>']), (ctx.body = 'linked'))],
  ['no type', (ctx) => ((ctx.body = 'plain'), ctx.remove('Content-Type'))],
  ['Node itself', (ctx) => ((ctx.respond = false), ctx.res.writeHead(200, { 'X-Own': 'a' }).end('raw'))],
  [
    'Node itself in pieces',
    (ctx) => ((ctx.respond = false), (ctx.res.statusCode = 200), ctx.res.write('a'), ctx.res.end('b')),
  ],
];

const bodiesOfKoa3: readonly (readonly [kind: string, answer: Handler])[] = [
  ['a Blob', (ctx) => (ctx.body = new Blob([bytes], { type: 'image/x-test' }))],
  ['a ReadableStream', (ctx) => (ctx.body = new Blob([bytes, 'more']).stream())],
  ['a Response', (ctx) => (ctx.body = new Response('made', { status: 203, headers: { 'X-Made': 'yes' } }))],
  ['a Response without a body', (ctx) => (ctx.body = new Response(null, { status: 200 }))],
];

describe.each(koaVersions)('bodies on $version', ({ version, Koa }) => {
  const here = version === 'Koa 3' ? [...bodies, ...bodiesOfKoa3] : bodies;

  describe.each(here)('%s', (_kind, answer) => {
    async function site({ above }: { above: boolean }) {
      const { cache } = testCache();
      let runs = 0;
      const app = new Koa();
      if (above) app.use((_ctx, next) => next());
      app.use(cacheResponse(cache));
      app.use((ctx) => {
        runs += 1;
        answer(ctx);
      });
      return { ...(await startSite(app)), runs: () => runs };
    }

    it.each([true, false])('is the same from the cache as from the handler (middleware above: %s)', async (above) => {
      const { get, runs } = await site({ above });
      const plain = new Koa().use((ctx) => answer(ctx));
      const bare = await (await startSite(plain)).get();

      const miss = await get();
      const hit = await get();
      const head = await get('/', {}, 'HEAD');

      expect([miss.cache, hit.cache, head.cache]).toEqual(['fwd=uri-miss; stored', 'hit; ttl=300', 'hit; ttl=300']);
      expect([miss.status, hit.status, head.status]).toEqual([bare.status, bare.status, bare.status]);
      expect(miss.body.equals(bare.body)).toBe(true);
      expect(hit.body.equals(bare.body)).toBe(true);
      expect(head.body.byteLength).toBe(0);
      expect(hit.own).toEqual(expect.arrayContaining([...bare.own]));
      const added = /^(cache-control: no-cache|etag: .*|content-length: .*|vary: accept)$/;
      expect(hit.own.filter((field) => !bare.own.includes(field) && !added.test(field))).toEqual([]);
      expect(head.own).toEqual(hit.own);
      expect(runs()).toBe(1);
    });

    it.each([true, false])('answers 304 to who has it already (middleware above: %s)', async (above) => {
      const { get } = await site({ above });
      const { status } = await get();
      const etag = (await get()).header('etag') ?? '"none"';

      const answered = await get('/', { 'if-none-match': etag });

      // Other statuses are not conditional.
      expect(answered.status).toBe(status === 200 ? 304 : status);
      expect(answered.header('etag')).toBe(status === 200 ? etag : undefined);
    });
  });

  it.each([
    ['no answer at all', () => {}],
    ['a missing page', (ctx: Context) => ((ctx.status = 404), (ctx.body = 'not here'))],
    ['an error', (ctx: Context) => ctx.throw(500, 'broken')],
    ['a refusal', (ctx: Context) => ctx.throw(403, 'no', { headers: { 'X-Why': 'because' } })],
  ])('does not store %s', async (_what, answer) => {
    let runs = 0;
    const app = new Koa().use(cacheResponse(testCache().cache)).use((ctx) => ((runs += 1), answer(ctx)));
    const { get } = await startSite(app);

    const [first, second] = [await get(), await get()];

    expect([second.status, second.text, second.cache]).toEqual([first.status, first.text, first.cache]);
    expect(second.cache).not.toContain('stored');
    expect(runs).toBe(2);
  });

  it('sends the first piece of a stream before there is a second', async () => {
    const app = new Koa().use(cacheResponse(testCache().cache));
    const source = new Readable({ read() {} });
    app.use((ctx) => (ctx.body = source));
    const { open, get } = await startSite(app);

    source.push('first ');
    const { head } = open();
    const message = await head;
    const piece = (await once(message, 'data')) as [Buffer];
    source.push('second');
    source.push(null);

    expect(piece.toString()).toBe('first ');
    expect((await get()).text).toBe('first second');
  });
});
