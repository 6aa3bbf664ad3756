import { addTags } from '@cache/core';
import { cacheResponse } from '@cache/hono';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { every } from 'hono/combine';
import { getCookie } from 'hono/cookie';
import { jwt, sign } from 'hono/jwt';
import { stream, streamText } from 'hono/streaming';
import { describe, expect, it } from 'vitest';
import { asFunction, onNode, said, testCache } from './support/site.ts';

describe('handlers', () => {
  it('say what their answer depends on', async () => {
    const { cache } = testCache();
    let mayor = 'Ana';
    const app = new Hono()
      .get('/mayor', cacheResponse(cache), (c) => {
        addTags('mayor');
        return c.text(mayor);
      })
      .post('/mayor/:name', cacheResponse(cache), async (c) => {
        mayor = c.req.param('name');
        await cache.invalidateTags(['mayor']);
        return c.body(null, 204);
      });
    const { ask } = asFunction(app);
    expect(await (await ask('/mayor')).text()).toBe('Ana');
    const posted = await ask('/mayor/Rui', { method: 'POST' });
    expect([posted.status, said(posted)]).toEqual([204, 'fwd=method']);
    expect(await (await ask('/mayor')).text()).toBe('Rui');
  });

  it('may stream, and are watched until the end', async () => {
    const { cache } = testCache();
    const app = new Hono();
    app.get('/plain', cacheResponse(cache), (c) =>
      streamText(c, async (out) => {
        await out.write('one');
        await out.sleep(1);
        await out.write(', two');
      }),
    );
    app.get('/late', cacheResponse(cache, { cookies: [] }), (c) =>
      stream(c, async (out) => {
        await out.write('cookie ');
        await out.sleep(1);
        await out.write(getCookie(c, 'session') ?? 'none');
        await out.write(`, key ${c.req.header('X-Api-Key') ?? 'none'}`);
      }),
    );
    const { ask } = asFunction(app);
    expect([await (await ask('/plain')).text(), await (await ask('/plain')).text()]).toEqual(['one, two', 'one, two']);
    expect(said(await ask('/plain'))).toBe('hit; ttl=300');

    const headers = { Cookie: 'session=secret', 'X-Api-Key': 'mine' };
    expect(await (await ask('/late', { headers })).text()).toBe('cookie none, key mine');
    expect(await (await ask('/late')).text()).toBe('cookie none, key none');
  });

  it('that write to Node’s response themselves are left alone', async () => {
    const { cache } = testCache();
    let runs = 0;
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.get('/', cacheResponse(cache), (c) => {
      runs += 1;
      c.env.outgoing.writeHead(200, { 'Content-Type': 'text/plain' });
      c.env.outgoing.end(`run ${runs}`);
      return RESPONSE_ALREADY_SENT;
    });
    const { ask } = await onNode(app);
    expect([await (await ask('/')).text(), await (await ask('/')).text()]).toEqual(['run 1', 'run 2']);
  });

  it('see a query without the parameters that do not count', async () => {
    const { cache } = testCache();
    const app = new Hono();
    app.get('/', cacheResponse(cache, { query: { allow: ['page'] } }), (c) => c.json(c.req.query()));
    const { ask } = asFunction(app);
    expect(await (await ask('/?page=2&utm=mail')).json()).toEqual({ page: '2' });
    expect(said(await ask('/?page=2&utm=other'))).toBe('hit; ttl=300');
  });

  it('that return nothing end as they do without the cache', async () => {
    const { cache } = testCache();
    const app = new Hono().onError((error, c) => c.text(error.message, 500));
    app.get('/', cacheResponse(cache), (() => {}) as never);
    const response = await asFunction(app).ask('/');
    expect(await response.text()).toMatch(/^Context is not finalized/);
  });
});

describe('somebody who is known', () => {
  it.each(['user', 'authUser', 'jwtPayload'])('by c.var.%s goes past the cache', async (name) => {
    const { cache } = testCache();
    const app = new Hono();
    app.use(async (c, next) => {
      const id = c.req.query('as');
      c.set(name as never, (id === undefined ? null : { id }) as never);
      await next();
    });
    app.get('/', cacheResponse(cache, { query: { ignore: ['as'] } }), (c) => c.text('page'));
    const { ask } = asFunction(app);
    expect(said(await ask('/?as=5'))).toBe('fwd=bypass; detail=identity');
    expect(said(await ask('/'))).toBe('fwd=uri-miss; stored');
  });

  it('by hono/jwt with a token in a cookie goes past the cache, even if the cookie is declared', async () => {
    const { cache } = testCache();
    const app = new Hono();
    app.use(jwt({ secret: 'secret', alg: 'HS256', cookie: 'token' }));
    app.get('/', cacheResponse(cache, { cookies: [] }), (c) => c.json(c.get('jwtPayload' as never)));
    const { ask } = asFunction(app);
    for (const sub of ['ana', 'rui']) {
      const token = await sign({ sub }, 'secret', 'HS256');
      const response = await ask('/', { headers: { Cookie: `token=${token}` } });
      expect([await response.json(), said(response)]).toEqual([{ sub }, 'fwd=bypass; detail=identity']);
    }
  });
});

describe('places', () => {
  it('mounted in one app do not take each other’s pages', async () => {
    const { cache } = testCache();
    const part = (text: string) => new Hono().get('/page', cacheResponse(cache), (c) => c.text(text));
    const app = new Hono();
    app.mount('/one', part('one').fetch, { optionHandler: (c) => [c.env as HttpBindings] });
    app.mount('/two', part('two').fetch, { optionHandler: (c) => [c.env as HttpBindings] });
    const { ask } = await onNode(app);
    for (let time = 0; time < 2; time += 1) {
      expect([await (await ask('/one/page')).text(), await (await ask('/two/page')).text()]).toEqual(['one', 'two']);
    }
    expect(said(await ask('/one/page'))).toBe('hit; ttl=300');
  });

  it('below other middleware work as well', async () => {
    const { cache } = testCache();
    const app = new Hono().basePath('/api');
    const group = new Hono().get('/list', (c) => c.text('list'));
    app.use(every(cacheResponse(cache)));
    app.route('/things', group);
    const { ask } = asFunction(app);
    await (await ask('/api/things/list')).text();
    const hit = await ask('/api/things/list');
    expect([await hit.text(), said(hit)]).toEqual(['list', 'hit; ttl=300']);
  });

  it('complete parts of responses by running the handlers once more', async () => {
    const { cache } = testCache();
    const runs: string[] = [];
    const app = new Hono();
    app.use(cacheResponse(cache, { mode: 'standard' }));
    app.get('/files/:name', (c) => {
      const range = c.req.header('Range');
      runs.push(`${c.req.param('name')} ${range ?? 'all'}`);
      const fields = { ETag: '"v1"', 'Cache-Control': 'max-age=60' };
      if (range === undefined) return c.body('abcdef', 200, fields);
      if (range !== 'bytes=0-2') return c.body('no such range', 404);
      return c.body('abc', 206, { ...fields, 'Content-Range': 'bytes 0-2/6' });
    });
    const { ask } = asFunction(app);
    await (await ask('/files/a', { headers: { Range: 'bytes=0-2' } })).text();
    const whole = await ask('/files/a');
    expect([whole.status, await whole.text()]).toEqual([200, 'abcdef']);
    expect(runs).toEqual(['a bytes=0-2', 'a bytes=3-', 'a all']);
  });

  it('where the handlers cannot run once more say so', async () => {
    const { cache } = testCache();
    const app = new Hono().onError((error, c) => c.text(error.message, 500));
    app.use(every(cacheResponse(cache, { mode: 'standard' })));
    app.get('/', (c) => {
      const range = c.req.header('Range');
      if (range !== 'bytes=0-2') return c.body('no such range', 404);
      return c.body('abc', 206, { ETag: '"v1"', 'Cache-Control': 'max-age=60', 'Content-Range': 'bytes 0-2/6' });
    });
    const { ask } = asFunction(app);
    await (await ask('/', { headers: { Range: 'bytes=0-2' } })).text();
    const failed = await ask('/');
    expect([failed.status, await failed.text()]).toEqual([500, expect.stringMatching(/^Parts of responses can only/)]);
  });
});
