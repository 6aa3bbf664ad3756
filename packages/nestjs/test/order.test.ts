import { attachCache } from '@cache/core/node';
import { CacheResponse, CacheResponseInterceptor, NeverCache } from '@cache/nestjs';
import {
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  type INestApplication,
  Injectable,
  Logger,
  type NestInterceptor,
  Param,
  ParseIntPipe,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
  Version,
  VersioningType,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { Server } from 'node:http';
import { finalize, map, type Observable, Observable as Source, timer } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { eventually, startApp } from './support/app.ts';
import { platforms } from './support/platforms.ts';

/** Lets in who has the password, and counts who asked. */
@Injectable()
class Password implements CanActivate {
  static asked = 0;

  canActivate(context: ExecutionContext): boolean {
    Password.asked += 1;
    return context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-password'] === 'yes';
  }
}

/** Wraps values, as many applications do, and notes when a request is over. */
@Injectable()
class Envelope implements NestInterceptor {
  static seen: string[] = [];

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((data: unknown) => ({ data })),
      finalize(() => Envelope.seen.push('over')),
    );
  }
}

describe.each(platforms)('$name: what runs when', (platform) => {
  it('runs guards before a cached answer is given', async () => {
    @Controller()
    class Pages {
      runs = 0;

      @Get()
      @UseGuards(Password)
      @CacheResponse({ fastPath: true })
      page() {
        return `run ${(this.runs += 1)}`;
      }
    }
    Password.asked = 0;
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const { app, cache, get } = await startApp(platform, { controllers: [Pages] });
    attachCache(app.getHttpServer() as Server, cache);

    for (let ask = 0; ask < 4; ask += 1) await get('/', { 'x-password': 'yes' });
    const hit = await get('/', { 'x-password': 'yes' });
    const refused = await get('/', { 'x-password': 'no' });

    expect([hit.body, hit.cacheStatus, refused.status]).toEqual(['run 1', 'hit; ttl=300', 403]);
    expect(Password.asked).toBe(6);
    expect(warn.mock.calls.flat().filter((text) => String(text).includes('fastPath'))).toEqual([
      expect.stringContaining('ERR_CACHE_PLACE: fastPath has no effect on Pages.page'),
    ]);
    warn.mockRestore();
  });

  it('has a fast path for routes without guards', async () => {
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ fastPath: true })
      page() {
        return 'page';
      }
    }
    const seen: string[] = [];
    const setUp = (app: INestApplication): void => {
      app.useGlobalInterceptors({
        intercept(_context: ExecutionContext, next: CallHandler) {
          seen.push('Nest');
          return next.handle();
        },
      });
    };
    const { app, cache, get } = await startApp(platform, { controllers: [Pages] }, {}, setUp);
    attachCache(app.getHttpServer() as Server, cache);

    for (let ask = 0; ask < 6; ask += 1) expect((await get('/')).body).toBe('page');

    expect(seen.length).toBe(3);
  });

  it('stores what interceptors around it make of a value, and lets them finish on a hit', async () => {
    @Controller()
    @UseInterceptors(Envelope)
    class Pages {
      runs = 0;

      @Get()
      @CacheResponse({ maxAge: '1m', staleWhileRevalidate: '1h' })
      page() {
        return (this.runs += 1);
      }
    }
    Envelope.seen = [];
    const { get, clock } = await startApp(platform, { controllers: [Pages] });

    expect((await get('/')).body).toBe('{"data":1}');
    expect((await get('/')).body).toBe('{"data":1}');
    clock.advance(120_000);
    expect((await get('/')).body).toBe('{"data":1}');
    const refreshed = await eventually(
      () => get('/'),
      ({ cacheStatus }) => cacheStatus === 'hit; ttl=60',
    );

    expect(refreshed.body).toBe('{"data":2}');
    expect(Envelope.seen.length).toBeGreaterThanOrEqual(4);
  });

  it('does not run pipes for a hit, and does not store what they refuse', async () => {
    @Controller()
    class Pages {
      @Get(':id')
      @CacheResponse()
      page(@Param('id', ParseIntPipe) id: number) {
        return String(id + 1);
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] });

    expect([(await get('/1')).body, (await get('/1')).cacheStatus]).toEqual(['2', 'hit; ttl=300']);
    const refused = [await get('/x'), await get('/x')];
    expect(refused.map(({ status, cacheStatus }) => [status, cacheStatus])).toEqual([
      [400, 'fwd=uri-miss; detail=status'],
      [400, 'fwd=uri-miss; detail=status'],
    ]);
  });

  it('sends past the cache whom a guard has made known', async () => {
    @Controller()
    class Pages {
      runs = 0;

      @Get()
      @CacheResponse()
      page() {
        return `run ${(this.runs += 1)}`;
      }
    }
    const setUp = (app: INestApplication): void => {
      app.useGlobalGuards({
        canActivate(context: ExecutionContext) {
          const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: string }>();
          const name = request.headers['x-name'];
          if (name !== undefined) request.user = name;
          return true;
        },
      });
    };
    const { get } = await startApp(platform, { controllers: [Pages] }, {}, setUp);

    await get('/');
    const known = await get('/', { 'x-name': 'ann' });
    expect([known.body, known.cacheStatus]).toEqual(['run 2', 'fwd=bypass; detail=identity']);
    expect(known.headers.get('cache-control')).toBe('private, no-cache');
    expect((await get('/')).body).toBe('run 1');
  });

  it('shows the handler no parsed cookie that the key leaves out', async () => {
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ cookies: ['theme'] })
      page(@Req() { cookies }: { cookies: Record<string, string> }) {
        return cookies;
      }
    }
    const setUp = (app: INestApplication): void => {
      app.useGlobalGuards({
        canActivate(context: ExecutionContext) {
          const request = context.switchToHttp().getRequest<{ headers: { cookie?: string }; cookies?: object }>();
          const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
          request.cookies = Object.fromEntries(pairs) as object;
          return true;
        },
      });
    };
    const { get } = await startApp(platform, { controllers: [Pages] }, {}, setUp);

    const ann = await get('/', { cookie: 'theme=dark; session=ann' });
    const bob = await get('/', { cookie: 'theme=dark; session=bob' });
    expect([ann.body, bob.body, bob.cacheStatus]).toEqual(['{"theme":"dark"}', '{"theme":"dark"}', 'hit; ttl=300']);
  });

  it('keeps apart the versions of a route that a header tells', async () => {
    @Controller({ path: 'page' })
    class Pages {
      @Get()
      @Version('1')
      @CacheResponse()
      first() {
        return 'version 1';
      }

      @Get()
      @Version('2')
      @CacheResponse()
      second() {
        return 'version 2';
      }
    }
    const setUp = (app: INestApplication): unknown =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    const { get } = await startApp(platform, { controllers: [Pages] }, {}, setUp);

    for (const version of ['1', '2', '1', '2']) {
      expect((await get('/page', { 'x-version': version })).body).toBe(`version ${version}`);
    }
    expect((await get('/page', { 'x-version': '2' })).cacheStatus).toBe('hit; ttl=300');
  });

  it('caches all of an application where it stands before all of it, apart from what says otherwise', async () => {
    @Controller()
    class Pages {
      runs = 0;

      @Get('plain')
      plain() {
        return `run ${(this.runs += 1)}`;
      }

      @Get('own')
      @CacheResponse({ maxAge: '1m' })
      own() {
        return `run ${(this.runs += 1)}`;
      }

      @Get('never')
      @NeverCache()
      @Header('Cache-Control', 'private')
      never() {
        return `run ${(this.runs += 1)}`;
      }
    }
    const providers = [{ provide: APP_INTERCEPTOR, useClass: CacheResponseInterceptor }];
    const { get } = await startApp(platform, { controllers: [Pages], providers }, { responses: { maxAge: '9m' } });

    for (const path of ['/plain', '/own', '/never']) await get(path);
    expect((await get('/plain')).cacheStatus).toBe('hit; ttl=540');
    expect((await get('/own')).cacheStatus).toBe('hit; ttl=60');
    const never = await get('/never');
    expect([never.cacheStatus, never.headers.get('cache-control')]).toEqual([undefined, 'private']);
  });

  it('adds to a hit what was set above the cache, anew each time', async () => {
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ maxAge: '1m', staleWhileRevalidate: '1h' })
      page() {
        return 'page';
      }
    }
    let requests = 0;
    const setUp = (app: INestApplication): void => {
      app.useGlobalInterceptors({
        intercept(context: ExecutionContext, next: CallHandler) {
          const response = context.switchToHttp().getResponse<{ header(name: string, value: string): void }>();
          response.header('X-Request', String((requests += 1)));
          return next.handle();
        },
      });
    };
    const { get, clock } = await startApp(platform, { controllers: [Pages] }, {}, setUp);
    const numbers = async (): Promise<(string | null)[]> =>
      [await get('/'), await get('/')].map(({ headers }) => headers.get('x-request'));

    expect(await numbers()).toEqual(['1', '2']);
    clock.advance(120_000);
    expect((await get('/')).headers.get('x-request')).toBe('3');
    await eventually(
      () => get('/'),
      ({ cacheStatus }) => cacheStatus === 'hit; ttl=60',
    );
    const before = requests;
    expect(await numbers()).toEqual([String(before + 1), String(before + 2)]);
  });
});

// Nest 11 lets the handler go on, and answers nobody.
describe.each(platforms.filter(({ name }) => name.startsWith('Nest 12')))('$name: clients that leave', (platform) => {
  it('waits for no handler that Nest gave up with its client', async () => {
    let runs = 0;
    let torn = (): void => {};
    const tornDown = new Promise<void>((resolve) => (torn = resolve));
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ collapseTimeout: '1h' })
      page() {
        runs += 1;
        const run = runs;
        return new Source<string>((subscriber) => {
          if (run === 1) return () => torn();
          subscriber.next('page');
          subscriber.complete();
          return undefined;
        });
      }
    }
    const { url, get } = await startApp(platform, { controllers: [Pages] });
    const leaving = new AbortController();

    const left = fetch(url, { signal: leaving.signal }).catch(() => 'left');
    await eventually(
      () => Promise.resolve(runs),
      (count) => count === 1,
    );
    const waiting = get('/');
    leaving.abort();
    expect(await left).toBe('left');
    await tornDown;

    expect((await waiting).body).toBe('page');
  });

  it('refreshes for a client that is gone already', async () => {
    let runs = 0;
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ maxAge: '1m', staleWhileRevalidate: '1h' })
      page() {
        runs += 1;
        return timer(20).pipe(map(() => `run ${runs}`));
      }
    }
    const { get, clock } = await startApp(platform, { controllers: [Pages] });
    const closing = { connection: 'close' };

    await get('/', closing);
    clock.advance(120_000);
    await get('/', closing);
    const refreshed = await eventually(
      () => get('/', closing),
      ({ body }) => body === 'run 2',
    );

    expect([refreshed.body, runs]).toEqual(['run 2', 2]);
  });
});

describe.each(platforms.filter(({ isFastify }) => isFastify))('$name: what only Fastify has', (platform) => {
  it('runs onSend hooks when a response is made, not for its hits', async () => {
    @Controller()
    class Pages {
      @Get()
      @CacheResponse()
      page(@Res({ passthrough: true }) reply: { header(name: string, value: string): void }) {
        reply.header('x-page', 'one');
        return 'page';
      }
    }
    let sent = 0;
    let responses = 0;
    const warnings: unknown[] = [];
    const setUp = (app: INestApplication): void => {
      const fastify = app.getHttpAdapter().getInstance() as {
        addHook(name: string, hook: (request: unknown, reply: { log: object }, ...rest: unknown[]) => void): void;
      };
      fastify.addHook('onRequest', (_request, reply, done) => {
        reply.log = Object.create(reply.log, { warn: { value: (line: unknown) => warnings.push(line) } }) as object;
        (done as () => void)();
      });
      fastify.addHook('onSend', (_request, _reply, payload, done) => {
        sent += 1;
        (done as (error: null, payload: unknown) => void)(null, payload);
      });
      fastify.addHook('onResponse', (_request, _reply, done) => {
        responses += 1;
        (done as () => void)();
      });
    };
    const { get } = await startApp(platform, { controllers: [Pages] }, {}, setUp);

    const answers = [await get('/'), await get('/'), await get('/')];

    expect(answers.map(({ headers }) => headers.get('x-page'))).toEqual(['one', 'one', 'one']);
    expect([sent, responses, warnings]).toEqual([1, 3, []]);
  });
});
