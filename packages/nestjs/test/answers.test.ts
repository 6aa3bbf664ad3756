import { addTags } from '@cache/core';
import { CacheResponse, CacheResponseInterceptor } from '@cache/nestjs';
import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  ConflictException,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Header,
  HttpException,
  type INestApplication,
  Injectable,
  type NestInterceptor,
  Param,
  Redirect,
  Render,
  Sse,
  StreamableFile,
  UseFilters,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import compress from '@fastify/compress';
import fastifyView from '@fastify/view';
import compression from 'compression';
import { once } from 'node:events';
import { get as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import pug from 'pug';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { map, Observable, retry, Subject, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { eventually, startApp } from './support/app.ts';
import { platforms } from './support/platforms.ts';

/** Asks as browsers do, and takes the bytes as they come. */
async function bytes(url: string, coding: string): Promise<{ response: IncomingMessage; body: Buffer }> {
  const [response] = (await once(ask(url, { headers: { 'accept-encoding': coding } }), 'response')) as [
    IncomingMessage,
  ];
  return { response, body: Buffer.concat((await response.toArray()) as Buffer[]) };
}

describe.each(platforms)('$name: streams of events', (platform) => {
  it('go out as they come, to each client its own, and are never stored', async () => {
    const sources: Subject<string>[] = [];
    let given = 0;
    @Controller()
    @CacheResponse()
    class Pages {
      @Sse('events')
      events() {
        const source = new Subject<string>();
        sources.push(source);
        return new Observable<string>((subscriber) => {
          const subscription = source.subscribe(subscriber);
          return () => {
            given += 1;
            subscription.unsubscribe();
          };
        }).pipe(map((data) => ({ data })));
      }
    }
    const { url } = await startApp(platform, { controllers: [Pages] });
    const clients = [await open(`${url}/events`), await open(`${url}/events`)];

    expect(sources).toHaveLength(2);
    for (const [index, { response, read }] of clients.entries()) {
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(response.headers.get('cache-status')).not.toContain('stored');
      sources[index]?.next(`for ${index}`);
      expect(await read()).toContain(`data: for ${index}\n`);
      sources[index]?.next('more');
      expect(await read()).toContain('data: more\n');
    }
    clients[0]?.leave();
    sources[1]?.complete();
    await eventually(
      () => Promise.resolve(given),
      (count) => count === 2,
    );
    const third = await open(`${url}/events`);
    expect([sources.length, third.response.headers.get('age')]).toEqual([3, null]);
    third.leave();
  });

  it('are left alone by an interceptor for all of the application', async () => {
    let runs = 0;
    @Controller()
    class Pages {
      @Sse('events')
      events() {
        runs += 1;
        return new Observable<{ data: string }>((subscriber) => {
          subscriber.next({ data: `run ${runs}` });
          subscriber.complete();
        });
      }
    }
    const providers = [{ provide: APP_INTERCEPTOR, useClass: CacheResponseInterceptor }];
    const { get } = await startApp(platform, { controllers: [Pages], providers });

    for (const run of [1, 2, 3]) expect((await get('/events')).body).toContain(`data: run ${run}\n`);
  });
});

describe.each(platforms)('$name: views', (platform) => {
  it('are rendered when a response is made, not for its hits', async () => {
    let renders = 0;
    let templates = 0;
    const counted: Pick<typeof pug, 'compile' | 'renderFile'> = {
      compile(source, options) {
        const template = pug.compile(source, options);
        return (locals) => {
          templates += 1;
          return template(locals);
        };
      },
      renderFile(...[path, options, callback]: unknown[]) {
        templates += 1;
        return Reflect.apply(pug.renderFile, pug, [path, options, callback]) as string;
      },
    };
    @Controller()
    class Pages {
      @Get()
      @Render('title.pug')
      @CacheResponse({ maxAge: '1m', staleWhileRevalidate: '1h' })
      page() {
        return { title: () => `<title ${(renders += 1)}>` };
      }

      @Get('broken')
      @Render('title.pug')
      @CacheResponse()
      broken() {
        return {};
      }
    }
    const setUp = async (app: INestApplication): Promise<void> => {
      const views = join(import.meta.dirname, 'views');
      if (platform.isFastify)
        await (app as unknown as Registering).register(fastifyView, { engine: { pug: counted }, root: views });
      else (app.getHttpAdapter().getInstance() as ExpressViews).set('views', views).engine('pug', counted.renderFile);
    };
    const { get, clock } = await startApp(platform, { controllers: [Pages] }, {}, setUp);

    const answers = [await get('/'), await get('/')];
    expect(answers.map(({ body, cacheStatus }) => [body, cacheStatus])).toEqual([
      ['<h1>&lt;title 1&gt;</h1>', 'fwd=uri-miss; stored'],
      ['<h1>&lt;title 1&gt;</h1>', 'hit; ttl=60'],
    ]);
    expect(new Set(answers.map(({ headers }) => headers.get('content-type')))).toEqual(
      new Set(['text/html; charset=utf-8']),
    );
    clock.advance(120_000);
    expect((await get('/')).body).toBe('<h1>&lt;title 1&gt;</h1>');
    const refreshed = await eventually(
      () => get('/'),
      ({ cacheStatus }) => cacheStatus === 'hit; ttl=60',
    );
    expect([refreshed.body, renders]).toEqual(['<h1>&lt;title 2&gt;</h1>', 2]);
    const broken = [await get('/broken'), await get('/broken')];
    expect(broken.map(({ status, cacheStatus }) => [status, cacheStatus])).toEqual([
      [500, 'fwd=uri-miss; detail=status'],
      [500, 'fwd=uri-miss; detail=status'],
    ]);
    expect(templates).toBe(4);
  });
});

/** An Express application. */
interface ExpressViews {
  set(setting: 'views', folder: string): ExpressViews;
  engine(extension: string, render: typeof pug.renderFile): unknown;
}

/** A Fastify application. */
interface Registering {
  register(plugin: unknown, options: object): Promise<void>;
}

/** Opens a stream of events. */
async function open(url: string) {
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  const read = async (): Promise<string> => {
    let seen = '';
    while (!seen.includes('data: ')) seen += (await reader.read()).value ?? 'data: over';
    return seen;
  };
  return { response, read, leave: () => leaving.abort() };
}

describe.each(platforms)('$name: compression around the cache', (platform) => {
  it('is what each client asked for, on hits as on misses', async () => {
    const page = '<li>a city by the sea</li>'.repeat(200);
    let runs = 0;
    @Controller()
    class Pages {
      @Get()
      @CacheResponse()
      @Header('Content-Type', 'text/html; charset=utf-8')
      page() {
        runs += 1;
        return page;
      }
    }
    const setUp = async (app: INestApplication): Promise<void> => {
      if (!platform.isFastify) app.use(compression({ threshold: 0 }));
      else
        await (app as unknown as { register(plugin: unknown, options: object): Promise<void> }).register(compress, {});
    };
    const { url } = await startApp(platform, { controllers: [Pages] }, {}, setUp);

    const decoders: Record<string, (body: Buffer) => Buffer> = {
      gzip: gunzipSync,
      br: brotliDecompressSync,
      identity: (body) => body,
    };
    for (const coding of ['gzip', 'identity', 'br', 'gzip', 'br', 'identity']) {
      const { response, body } = await bytes(url, coding);
      expect([coding, response.headers['content-encoding'] ?? 'identity']).toEqual([coding, coding]);
      // Fastify's says nothing where it does nothing.
      expect(coding === 'identity' ? 'accept-encoding' : response.headers.vary?.toLowerCase()).toContain(
        'accept-encoding',
      );
      expect(decoders[coding]?.(body).toString()).toBe(page);
    }
    const { response } = await bytes(url, 'gzip');
    expect(response.headers['cache-status']).toContain('hit');
    expect(runs).toBeLessThanOrEqual(3);
  });

  it('is made by the cache itself if the policy says so', async () => {
    const page = '<li>a city by the sea</li>'.repeat(200);
    let runs = 0;
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ encodings: ['br', 'gzip'] })
      @Header('Content-Type', 'text/html; charset=utf-8')
      page() {
        runs += 1;
        return page;
      }
    }
    const { url } = await startApp(platform, { controllers: [Pages] });

    await bytes(url, 'identity');
    const coded = await bytes(url, 'br');
    const plain = await bytes(url, 'identity');

    expect(coded.response.headers['content-encoding']).toBe('br');
    expect([brotliDecompressSync(coded.body).toString(), plain.body.toString(), runs]).toEqual([page, page, 1]);
  });
});

describe.each(platforms)('$name: redirections', (platform) => {
  it('have the status that the method returned, in logs as well', async () => {
    @Controller()
    class Pages {
      @Get()
      @Redirect('/nowhere', 302)
      @CacheResponse()
      page() {
        return { url: '/somewhere', statusCode: 301 };
      }
    }
    const logged: number[] = [];
    const setUp = (app: INestApplication): void => {
      app.use((_request: unknown, response: ServerResponse, next: () => void) => {
        response.once('close', () => logged.push(response.statusCode));
        next();
      });
    };
    const { get } = await startApp(platform, { controllers: [Pages] }, {}, setUp);

    for (const cacheStatus of ['fwd=uri-miss; stored', 'hit; ttl=300']) {
      const answer = await get('/');
      expect([answer.status, answer.headers.get('location')]).toEqual([301, '/somewhere']);
      expect(answer.cacheStatus).toBe(cacheStatus);
    }
    await eventually(
      () => Promise.resolve(logged.length),
      (count) => count === 2,
    );
    expect(logged).toEqual([301, 301]);
  });
});

describe.each(platforms)('$name: files', (platform) => {
  it('are stored when they have come to their end, with their fields, and answer ranges', async () => {
    const file = Buffer.alloc(200_000, 'city ');
    let runs = 0;
    @Controller()
    class Files {
      @Get()
      @CacheResponse()
      file() {
        runs += 1;
        const options = { type: 'text/csv', disposition: 'attachment; filename="cities.csv"', length: file.length };
        return new StreamableFile(Readable.from([file.subarray(0, 70_000), file.subarray(70_000)]), options);
      }
    }
    const { url, get } = await startApp(platform, { controllers: [Files] });

    const miss = await get('/');
    const hit = await get('/');
    for (const { headers, body } of [miss, hit]) {
      const named = ['content-type', 'content-disposition', 'content-length'].map((name) => headers.get(name));
      expect(named).toEqual(['text/csv', 'attachment; filename="cities.csv"', '200000']);
      expect(Buffer.from(body).equals(file)).toBe(true);
    }
    const part = await get('/', { range: 'bytes=70000-70003' });
    expect([part.status, part.body, hit.cacheStatus]).toEqual([206, 'city', 'hit; ttl=300']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), runs]).toEqual([200, '200000', 1]);
  });

  it('that fail on the way are not stored', async () => {
    let runs = 0;
    @Controller()
    class Files {
      @Get()
      @CacheResponse()
      file() {
        runs += 1;
        if (runs > 1) return new StreamableFile(Buffer.from('whole'));
        const source = new PassThrough();
        source.write('half');
        setImmediate(() => source.destroy(new Error('the disk is gone')));
        return new StreamableFile(source).setErrorLogger(() => {});
      }
    }
    const { get } = await startApp(platform, { controllers: [Files] });

    const first = await get('/').then(
      ({ status, body }) => (status === 200 ? body : 'failed'),
      () => 'failed',
    );
    expect(first).not.toBe('whole');
    expect((await get('/')).body).toBe('whole');
    const hit = await get('/');
    expect([hit.body, hit.cacheStatus, runs]).toEqual(['whole', 'hit; ttl=300', 2]);
  });
});

/** Answers conflicts in the way of the application. */
@Catch(ConflictException)
class Conflicts implements ExceptionFilter {
  catch(error: HttpException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Answering & { code?(status: number): Answering }>();
    (response.code?.(409) ?? response.status(409)).send({ said: error.message });
  }
}

interface Answering {
  status(code: number): Answering;
  send(body: object): void;
}

/** Notices something wrong after the handler is through. */
@Injectable()
class Suspicious implements NestInterceptor {
  static suspects = false;

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<{ header(name: string, value: string): void }>();
    return next.handle().pipe(
      tap(() => {
        if (Suspicious.suspects) throw new ConflictException('after all');
        response.header('X-Late', 'yes');
      }),
    );
  }
}

describe.each(platforms)('$name: exception filters', (platform) => {
  it('answer as without a cache, and what they answer is not stored', async () => {
    let fails = true;
    @Controller()
    @UseFilters(Conflicts)
    class Pages {
      @Get(':id')
      @CacheResponse()
      page(@Param('id') id: string) {
        if (fails) throw new ConflictException(`twice ${id}`);
        return `page ${id}`;
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] });

    const failed = await get('/1');
    expect([failed.status, failed.body, failed.cacheStatus]).toEqual([
      409,
      '{"said":"twice 1"}',
      'fwd=uri-miss; detail=status',
    ]);
    fails = false;
    expect((await get('/1')).body).toBe('page 1');
    expect((await get('/1')).cacheStatus).toBe('hit; ttl=300');
  });

  it('cannot spoil a hit by what interceptors around it throw, nor by what these set', async () => {
    @Controller()
    @UseFilters(Conflicts)
    @UseInterceptors(Suspicious)
    class Pages {
      @Get()
      @CacheResponse()
      page() {
        return 'page';
      }
    }
    Suspicious.suspects = false;
    const { get } = await startApp(platform, { controllers: [Pages] });

    const miss = await get('/');
    expect([miss.body, miss.headers.get('x-late')]).toEqual(['page', 'yes']);
    expect((await get('/')).cacheStatus).toBe('hit; ttl=300');
    Suspicious.suspects = true;
    const hits = [await get('/'), await get('/')];

    expect(hits.map(({ status, body }) => [status, body])).toEqual([
      [200, 'page'],
      [200, 'page'],
    ]);
  });

  it('are not asked if an interceptor around tries again with success', async () => {
    let runs = 0;
    @Controller()
    @UseInterceptors({ intercept: (_context: ExecutionContext, next: CallHandler) => next.handle().pipe(retry(2)) })
    class Pages {
      @Get()
      @CacheResponse({ collapseTimeout: '1h' })
      page() {
        runs += 1;
        if (runs < 3) throw new Error('not yet');
        addTags(`run-${runs}`);
        return `run ${runs}`;
      }
    }
    const { cache, get } = await startApp(platform, { controllers: [Pages] });

    expect((await get('/')).body).toBe('run 3');
    const hit = await get('/');
    expect([hit.body, hit.cacheStatus]).toEqual(['run 3', 'hit; ttl=300']);
    await cache.invalidateTags(['run-3']);
    expect((await get('/')).body).toBe('run 4');
  });
});
