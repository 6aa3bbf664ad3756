import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createGzip, gunzipSync } from 'node:zlib';
import { cacheResponse } from '@cache/express';
import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../core/test/support/deferred.ts';
import { expressVersions } from './support/express-versions.ts';
import { controlledHandler } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

/** Sets a field when the head goes out, as `on-headers` does for sessions and timings. */
function onHeaders(set: (response: ServerResponse) => void): RequestHandler {
  return (_request, response, next) => {
    const writeHead = response.writeHead.bind(response) as (status: number, ...rest: unknown[]) => ServerResponse;
    response.writeHead = ((status: number, ...rest: unknown[]) => {
      set(response);
      return writeHead(status, ...rest);
    }) as typeof response.writeHead;
    next();
  };
}

describe.each(expressVersions)('a background run under other middleware, on $version', ({ express }) => {
  async function stale(above: RequestHandler, below?: RequestHandler, old = 'old') {
    const { cache, clock } = testCache();
    const page = controlledHandler();
    const app = express()
      .use(above)
      .use(cacheResponse(cache, { maxAge: '1m', staleWhileRevalidate: '1h' }));
    if (below !== undefined) app.use(below);
    const site = await startSite(app.use(page.handler));
    const first = site.get('/');
    (await page.run(0)).response.send(old);
    await first;
    clock.advance(61_000);
    return { page, site };
  }

  it('runs what is below the cache again, and nothing above it', async () => {
    const log: string[] = [];
    const note =
      (name: string): RequestHandler =>
      (_request, _response, next) => {
        log.push(name);
        next();
      };
    const { page, site } = await stale(note('above'), note('below'));

    await site.get('/');
    (await page.run(1)).response.send('new');

    expect(log).toEqual(['above', 'below', 'above', 'below']);
  });

  it('leaves alone the hooks that set fields on the head', async () => {
    let heads = 0;
    const { page, site } = await stale(
      onHeaders((response) => {
        heads += 1;
        response.setHeader('X-Head', String(heads));
        response.setHeader('Set-Cookie', `session=${heads}`);
      }),
    );

    const answer = await site.get('/');
    (await page.run(1)).response.send('new');
    const after = await site.get('/');

    expect(answer.lines('set-cookie')).toEqual(['session=2']);
    expect([after.text, after.header('x-head')]).toEqual(['new', '3']);
    expect(after.lines('set-cookie')).toEqual(['session=3']);
  });

  it('is not logged as a request by a listener for the end of the response', async () => {
    const logged: string[] = [];
    const logger: RequestHandler = (_request, response, next) => {
      response.on('finish', () => logged.push(`${response.statusCode} ${String(response.getHeader('cache-status'))}`));
      next();
    };
    const { page, site } = await stale(logger);

    await site.get('/');
    const { response } = await page.run(1);
    const finished = once(response, 'finish');
    response.status(203).send('new');
    await finished;

    expect(logged).toEqual(['200 cache; fwd=uri-miss; stored', '200 cache; hit; ttl=-1']);
  });

  it('does not pass through middleware that compresses for the client', async () => {
    const compress: RequestHandler = (request, response, next) => {
      if (request.headers['accept-encoding'] !== 'gzip') return next();
      const gzip = createGzip();
      const write = response.write.bind(response);
      const end = response.end.bind(response);
      const writeHead = response.writeHead.bind(response);
      response.writeHead = ((status: number, fields?: OutgoingHttpHeaders) => {
        response.setHeader('Content-Encoding', 'gzip');
        response.removeHeader('Content-Length');
        return writeHead(status, fields);
      }) as typeof response.writeHead;
      response.write = ((chunk: string | Buffer) => gzip.write(chunk)) as typeof response.write;
      response.end = ((chunk?: string | Buffer) => {
        if (!response.headersSent) response.writeHead(response.statusCode);
        gzip.on('data', (bytes: Buffer) => write(bytes));
        gzip.on('end', () => end());
        gzip.end(chunk);
        return response;
      }) as typeof response.end;
      return next();
    };
    const { page, site } = await stale(compress);

    const zipped = await site.get('/', { headers: { 'accept-encoding': 'gzip' } });
    (await page.run(1)).response.send('new');
    const plain = await site.get('/');
    const again = await site.get('/', { headers: { 'accept-encoding': 'gzip' } });

    expect(gunzipSync(zipped.body).toString()).toBe('old');
    expect([plain.text, plain.header('content-encoding')]).toEqual(['new', undefined]);
    expect(gunzipSync(again.body).toString()).toBe('new');
  });

  it('keeps the asynchronous context that middleware above the cache gave the request', async () => {
    const context = new AsyncLocalStorage<string>();
    const contexts: unknown[] = [];
    const { page, site } = await stale(
      (request, _response, next) => context.run(request.get('x-as') ?? 'none', next),
      (_request, _response, next) => {
        contexts.push(context.getStore());
        next();
      },
    );

    await site.get('/', { headers: { 'x-as': 'ann' } });
    (await page.run(1)).response.send('new');

    expect(contexts).toEqual(['none', 'ann']);
  });

  it('keeps that context when the client leaves in the middle of the stale answer', async () => {
    const context = new AsyncLocalStorage<string>();
    const contexts: unknown[] = [];
    const { page, site } = await stale(
      (request, _response, next) => context.run(request.get('x-as') ?? 'none', next),
      (_request, _response, next) => {
        contexts.push(context.getStore());
        next();
      },
      'old'.repeat(1_000_000),
    );

    const slow = site.connect();
    slow.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-As: ann\r\n\r\n'.replace('127.0.0.1', `$&:${site.port}`));
    await once(slow, 'readable');
    slow.destroy();
    (await page.run(1)).response.send('new');

    expect(contexts).toEqual(['none', 'ann']);
  });

  it('happens, and in that context, when the client of the stale answer left before it', async () => {
    const context = new AsyncLocalStorage<string>();
    const contexts: unknown[] = [];
    const arrived = deferred<void>();
    const { page, site } = await stale(
      (request, response, next) => {
        if (request.get('x-as') === undefined) return context.run('none', next);
        response.once('close', () => context.run('ann', next));
        return arrived.resolve();
      },
      (_request, _response, next) => {
        contexts.push(context.getStore());
        next();
      },
    );

    const leaving = site.leave('/', { 'x-as': 'ann' });
    await arrived.promise;
    leaving.destroy();
    (await page.run(1)).response.send('new');

    expect(contexts).toEqual(['none', 'ann']);
    expect((await site.get('/')).text).toBe('new');
  });

  it('happens in the middle of a router as at its end', async () => {
    const { cache, clock } = testCache();
    const page = controlledHandler();
    const router = express.Router({ mergeParams: true });
    router.get('/:page', cacheResponse(cache, { maxAge: '1m', staleWhileRevalidate: '1h' }), page.handler);
    const site = await startSite(express().use('/books/:book', router));
    const first = site.get('/books/7/2?x=1');
    (await page.run(0)).response.send('old');
    await first;
    clock.advance(61_000);

    await site.get('/books/7/2?x=1');
    const { request, response } = await page.run(1);

    expect(request.params).toEqual({ book: '7', page: '2' });
    expect([request.originalUrl, request.baseUrl, request.url]).toEqual(['/books/7/2?x=1', '/books/7', '/2?x=1']);
    expect(request.query).toEqual({ x: '1' });
    response.send('new');
    expect((await site.get('/books/7/2?x=1')).text).toBe('new');
  });
});
