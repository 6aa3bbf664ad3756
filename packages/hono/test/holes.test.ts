import { hole } from '@cache/core';
import { cacheResponse, type ResponsePolicy } from '@cache/hono';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { html } from 'hono/html';
import { describe, expect, it } from 'vitest';
import { asFunction, said, testCache } from './support/site.ts';

type Env = { Variables: { user: { name: string } | undefined; session: string; title: string } };

/** What authentication and sessions leave above the cache. */
const visit: MiddlewareHandler<Env> = async (c, next) => {
  const name = c.req.header('cookie');
  c.set('user', name === undefined ? undefined : { name });
  c.set('session', `of ${name}`);
  c.set('title', 'Front');
  await next();
};

const policy: ResponsePolicy<Context<Env>> = {
  maxAge: '5m',
  holes: {
    greeting: async ({ context }) => {
      if (context.var.user?.name === 'eve') throw new Error('no greeting');
      return html`Hello, ${context.get('user')?.name} (${context.var.session}, ${context.req.header('cookie')})!`;
    },
  },
};

function ask(app: Hono<Env>, cookie: string, headers: Record<string, string> = {}): Promise<Response> {
  return asFunction(app).ask('/', { headers: { cookie, ...headers } });
}

describe('a page with holes', () => {
  it('is filled from what middleware above the cache knows, and its handler knows nobody', async () => {
    const { cache } = testCache();
    let runs = 0;
    const app = new Hono<Env>().use(visit);
    app.get('/', cacheResponse(cache, policy), (c) => {
      runs += 1;
      const known = [c.get('user'), c.var.user, c.get('session'), c.var.session, c.req.header('cookie')];
      return c.html(`${c.get('title')} ${c.var.title} ${hole('greeting')} ${known.map(String).join()}`);
    });
    for (const cookie of ['ann', 'bob', 'ann']) {
      const text = await (await ask(app, cookie)).text();
      expect(text).toBe(`Front Front Hello, ${cookie} (of ${cookie}, ${cookie})! ${Array(5).fill('undefined').join()}`);
    }
    expect(runs).toBe(1);
  });

  it('shows nobody to a stream that a handler leaves behind', async () => {
    const { cache } = testCache();
    const app = new Hono<Env>().use(visit);
    app.get('/', cacheResponse(cache, policy), (c) => {
      const first = hole('greeting');
      let pulls = 0;
      const body = new ReadableStream(
        {
          pull(controller) {
            const pieces = [first, ` ${String(c.get('user')?.name)} ${String(c.var.session)}`];
            const piece = pieces[pulls];
            pulls += 1;
            if (piece === undefined) controller.close();
            else controller.enqueue(new TextEncoder().encode(piece));
          },
        },
        { highWaterMark: 0 },
      );
      return c.body(body);
    });
    for (const cookie of ['ann', 'bob']) {
      expect(await (await ask(app, cookie)).text()).toBe(
        `Hello, ${cookie} (of ${cookie}, ${cookie})! undefined undefined`,
      );
    }
  });

  it('is coded and tagged above the cache, filled; below it compressors leave it alone', async () => {
    const { cache } = testCache();
    const page = (c: Context<Env>): Response | Promise<Response> => c.html(hole('greeting').padEnd(2_000));
    const above = new Hono<Env>().use(visit, etag(), compress());
    above.get('/', cacheResponse(cache, policy), page);
    const below = new Hono<Env>().use(visit);
    below.get('/', cacheResponse(cache.namespace('below'), policy), compress(), page);
    for (const cookie of ['ann', 'bob', 'ann']) {
      const coded = await ask(above, cookie, { 'accept-encoding': 'gzip' });
      expect(coded.headers.get('content-encoding')).toBe('gzip');
      const stream = coded.body?.pipeThrough(new DecompressionStream('gzip'));
      expect(await new Response(stream).text()).toMatch(new RegExp(`^Hello, ${cookie} `));
      for (const more of [{}, { authorization: 'x' }]) {
        const plain = await ask(below, cookie, { 'accept-encoding': 'gzip', ...more });
        expect(plain.headers.get('content-encoding')).toBeNull();
        expect(await plain.text()).toMatch(new RegExp(`^Hello, ${cookie} `));
      }
    }
  });

  it('is made past the cache for a client certificate that was checked, which a handler can always see', async () => {
    const { cache } = testCache();
    const app = new Hono<Env>().use(visit);
    app.get('/', cacheResponse(cache, policy), (c) => c.html(hole('greeting')));
    const answer = await app.request(
      '/',
      { headers: { cookie: 'ann' } },
      { incoming: { socket: { authorized: true } } },
    );
    expect([await answer.text(), said(answer)]).toEqual(['Hello, ann (of ann, ann)!', 'fwd=bypass; detail=identity']);
  });

  it('fails through the error handler of the app, on a miss and on a hit', async () => {
    const { cache } = testCache();
    const app = new Hono<Env>().use(visit);
    app.get('/', cacheResponse(cache, policy), (c) => c.html(hole('greeting')));
    app.onError((error, c) => c.text(`sorry: ${error.message}`, 503));
    const failed = await ask(app, 'eve');
    expect([failed.status, await failed.text()]).toEqual([503, 'sorry: no greeting']);
    expect(said(await ask(app, 'ann'))).toMatch(/^hit/);
    expect((await ask(app, 'eve')).status).toBe(503);
  });
});
