import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cache, hole } from '../../src/index.ts';
import { createNodeHandler, type Exchange, type ResponsePolicy } from '../../src/node/index.ts';
import { deferred } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { serve } from './support/server.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const HOLES = { name: ({ header }: { header: (name: string) => string | undefined }) => header('cookie') ?? 'nobody' };
const POLICY: ResponsePolicy = { maxAge: '1m', holes: HOLES };

/** A handler behind a cache; `more` is what an adapter knows besides. */
function cached(cache: Cache, policy: ResponsePolicy, handler: Handler, more: Partial<Exchange> = {}): Handler {
  const handle = createNodeHandler(cache, policy);
  return (request, response) => {
    const next = (error?: unknown): void => {
      if (error === undefined) handler(request, response);
      else response.writeHead(500).end(`failed: ${(error as { code?: string }).code}`);
    };
    handle({ request, response, url: request.url ?? '/', identified: false, next, ...more });
  };
}

const hello: Handler = (_request, response) => response.end(`Hello, ${hole('name')}!`);

describe('a page with holes', () => {
  it('is never found by a policy that does not fill them, nor the other way round', async () => {
    const { cache } = testCache();
    const plain = cached(cache, { maxAge: '1m', cookies: [] }, (_request, response) => response.end('plain'));
    const holed = cached(cache, POLICY, hello);
    const get = await serve((request, response) =>
      (request.headers['x-plain'] === undefined ? holed : plain)(request, response),
    );
    expect((await get('/', { cookie: 'ann' })).text).toBe('Hello, ann!');
    expect((await get('/', { 'x-plain': '1' })).text).toBe('plain');
    expect((await get('/', { cookie: 'bob' })).text).toBe('Hello, bob!');
    expect((await get('/', { 'x-plain': '1' })).text).toBe('plain');
  });

  it.each(['new', 'fresh', 'stale', 'past the cache'])(
    'is in nothing that a cache around it stores: %s',
    async (how) => {
      const { cache, clock } = testCache();
      const policy: ResponsePolicy = { ...POLICY, staleIfError: '1h', unless: () => how === 'past the cache' };
      let failing = false;
      const inner = cached(cache, policy, (_request, response) => {
        if (failing) response.writeHead(500).end();
        else response.end(`Hello, ${hole('name')}!`);
      });
      // What is around it does not believe that the answer is private.
      const between: Handler = (request, response) => {
        // oxlint-disable-next-line typescript/unbound-method -- called with its response
        const { setHeader } = response;
        response.setHeader = (name, value) => {
          Reflect.apply(setHeader, response, [name, name === 'Cache-Control' ? 'max-age=600' : value]);
          return response;
        };
        response.setHeader('X-Between', '1');
        inner(request, response);
      };
      const outer = cached(cache.namespace('outer'), { maxAge: '1m', cookies: [], inputs: 'declared' }, between);
      const get = await serve((request, response) => {
        if (request.headers['x-inner'] === undefined) outer(request, response);
        else inner(request, response);
      });
      if (how !== 'new') await get('/', { 'x-inner': '1' });
      if (how === 'stale') {
        clock.advance(61_000);
        failing = true;
      }
      for (const cookie of ['ann', 'bob']) {
        const { text, headers } = await get('/', { cookie });
        // The inner cache is not shown the cookie by the outer one.
        expect([text, headers['cache-control']]).toEqual(['Hello, nobody!', 'max-age=600']);
        expect(String(headers['cache-status'])).toMatch(/fwd=uri-miss; detail=lifetime$/);
      }
    },
  );

  it('keeps fields from shared caches that something above has set', async () => {
    const { cache } = testCache();
    const below = cached(cache, POLICY, hello);
    const get = await serve((request, response) => {
      response.setHeader('Cache-Control', 'public, max-age=60').setHeader('CDN-Cache-Control', 'max-age=60');
      response.setHeader('Surrogate-Control', 'max-age=60').setHeader('ETag', '"above"').setHeader('X-Above', '1');
      below(request, response);
    });
    for (const cookie of ['ann', 'bob']) {
      const { headers, text } = await get('/', { cookie });
      expect(text).toBe(`Hello, ${cookie}!`);
      expect([headers['cache-control'], headers['x-above']]).toEqual(['private, no-cache', '1']);
      expect([headers['cdn-cache-control'], headers['surrogate-control']]).toEqual([undefined, undefined]);
      expect(headers.etag).not.toBe('"above"');
    }
  });

  it('says no-store where something above or the handler does', async () => {
    const { cache } = testCache();
    const below = cached(cache, POLICY, hello);
    const get = await serve((request, response) => {
      response.setHeader('Cache-Control', 'no-store');
      below(request, response);
    });
    expect((await get('/')).headers['cache-control']).toBe('private, no-cache, no-store');
    expect((await get('/', { authorization: 'x' })).headers['cache-control']).toBe('private, no-cache, no-store');
  });

  it('cannot be filled if it was coded below the cache, and fails', async () => {
    const { cache } = testCache();
    const get = await serve(
      cached(cache, POLICY, (_request, response) => {
        const page = gzipSync(`Hello, ${hole('name')}!`);
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(page);
      }),
    );
    for (const headers of [{}, { authorization: 'x' }]) {
      expect(await get('/', headers)).toMatchObject({ status: 500, text: 'failed: ERR_CACHE_HOLE' });
    }
  });

  it('has no holes that are left after its head', async () => {
    const { cache } = testCache();
    let error: unknown;
    const get = await serve(
      cached(cache, POLICY, (_request, response) => {
        response.write('Hello, ');
        try {
          response.write(hole('name'));
        } catch (thrown) {
          error = thrown;
        }
        response.end('!');
      }),
    );
    expect([(await get('/')).text, (await get('/')).text]).toEqual(['Hello, !', 'Hello, !']);
    expect(error).toMatchObject({ code: 'ERR_CACHE_PLACE' });
  });

  it('does not keep its marks in what others keep: a response below that has no holes', async () => {
    const { cache } = testCache();
    let error: unknown;
    const inner = cached(cache.namespace('inner'), { maxAge: '1m', cookies: [] }, (_request, response) => {
      try {
        response.end(hole('name'));
      } catch (thrown) {
        error = thrown;
        response.end('none');
      }
    });
    const get = await serve(cached(cache, POLICY, inner));
    expect([(await get('/')).text, error]).toEqual(['none', expect.objectContaining({ code: 'ERR_CACHE_PLACE' })]);
  });

  it('does not keep its marks in what others keep: a value that a loader makes', async () => {
    const { cache } = testCache();
    const codes: unknown[] = [];
    const get = await serve(
      cached(cache, POLICY, (_request, response) => {
        cache
          .getOrSet('header', () => hole('name'))
          .catch((thrown: { code: string }) => codes.push(thrown.code))
          .finally(() => response.end());
      }),
    );
    await get('/');
    expect(codes).toEqual(['ERR_CACHE_PLACE']);
  });

  it('shows its handler nobody, and those that fill it whoever there is', async () => {
    const { cache } = testCache();
    const seen: unknown[] = [];
    const look = (request: object): unknown[] =>
      ['user', 'session', 'cookies'].map((name) => Reflect.get(request, name) as unknown);
    const policy: ResponsePolicy<IncomingMessage> = {
      maxAge: '1m',
      holes: {
        name: ({ context }) => {
          seen.push([...look(context), context.headers.cookie]);
          return 'somebody';
        },
      },
    };
    const handle = createNodeHandler(cache, policy);
    const get = await serve((request, response) => {
      Object.assign(request, { user: 'ann', session: { id: 1 }, cookies: { a: '1' } });
      const next = (): void => {
        seen.push([...look(request), request.headers.cookie]);
        hello(request, response);
      };
      handle({ request, response, url: '/', identified: true, next });
    });
    await get('/', { cookie: 'a=1' });
    await get('/', { cookie: 'a=1' });
    const whole = ['ann', { id: 1 }, { a: '1' }, 'a=1'];
    expect(seen).toEqual([[undefined, undefined, {}, undefined], whole, whole]);
  });

  it('is not sent when something above has answered while its holes were filled', async () => {
    const { cache } = testCache();
    const filling = deferred<string>();
    const begun = deferred();
    let above: ServerResponse | undefined;
    const policy: ResponsePolicy = {
      ...POLICY,
      holes: {
        name: ({ header }) => {
          if (header('x-slow') === undefined) return 'quick';
          begun.resolve(undefined);
          return filling.promise;
        },
      },
    };
    const below = cached(cache, policy, hello);
    const get = await serve((request, response) => {
      above = response;
      below(request, response);
    });
    await get('/');
    const answer = get('/', { 'x-slow': '1' });
    await begun.promise;
    above?.writeHead(503).end('too slow');
    filling.resolve('late');
    expect(await answer).toMatchObject({ status: 503, text: 'too slow' });
  });

  it('keeps nobody waiting whose client has left while its body came', async () => {
    const { cache } = testCache();
    const cut = deferred();
    let runs = 0;
    const below = cached(cache, POLICY, (_request, response) => {
      runs += 1;
      if (runs > 1) return void response.end(`Hello, ${hole('name')}!`);
      async function* pieces() {
        try {
          yield `Hello, ${hole('name')}`;
          left.resolve(undefined);
          await new Promise(() => {});
        } finally {
          cut.resolve(undefined);
        }
      }
      pipeline(Readable.from(pieces()), response).catch(() => cut.resolve(undefined));
    });
    const left = deferred();
    const server = createServer(below);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const leaving = request({ host: '127.0.0.1', port, agent: false });
    leaving.on('error', () => {}).end();
    await left.promise;
    leaving.destroy();
    await cut.promise;
    const [answer] = (await once(request({ host: '127.0.0.1', port, agent: false }).end(), 'response')) as [
      IncomingMessage,
    ];
    expect([await text(answer), runs]).toEqual(['Hello, nobody!', 2]);
  });
});
