import { addTags } from '@cache/core';
import { CacheResponse, CacheTags, InvalidateTags, NeverCache } from '@cache/nestjs';
import {
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  HttpException,
  Param,
  Put,
  Query,
  Redirect,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { of } from 'rxjs';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eventually, startApp } from './support/app.ts';
import { platforms } from './support/platforms.ts';

describe.each(platforms)('$name: responses of controllers', (platform) => {
  it('answers a method from the cache as Nest answered it', async () => {
    @Controller()
    class Pages {
      runs = 0;

      @Get('json')
      @CacheResponse()
      json() {
        return { run: (this.runs += 1) };
      }

      @Get('text')
      @CacheResponse()
      @Header('X-Page', 'one')
      @HttpCode(203)
      text() {
        return `run ${(this.runs += 1)}`;
      }

      @Get('file')
      @CacheResponse()
      file() {
        this.runs += 1;
        return new StreamableFile(Readable.from([Buffer.from([0, 255]), Buffer.from([128])]), { type: 'image/png' });
      }

      @Get('observable')
      @CacheResponse()
      observable() {
        return of('first', `run ${(this.runs += 1)}`);
      }

      @Get('raw')
      @CacheResponse()
      raw(@Res() response: { raw?: ServerResponse } & ServerResponse) {
        const target = response.raw ?? response;
        target.writeHead(200, { 'X-Raw': 'yes', 'Content-Type': 'text/plain' });
        target.write('run ');
        target.end(String((this.runs += 1)));
      }

      @Get('moved')
      @CacheResponse()
      @Redirect('/json', 301)
      moved() {
        this.runs += 1;
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] });

    for (const path of ['/json', '/text', '/file', '/observable', '/raw', '/moved']) {
      const miss = await get(path);
      const hit = await get(path);
      expect([path, miss.cacheStatus, hit.cacheStatus]).toEqual([path, 'fwd=uri-miss; stored', 'hit; ttl=300']);
      expect([path, hit.status, hit.body]).toEqual([path, miss.status, miss.body]);
      for (const name of ['content-type', 'x-page', 'x-raw', 'location']) {
        expect([name, hit.headers.get(name)]).toEqual([name, miss.headers.get(name)]);
      }
    }
    expect((await get('/text')).status).toBe(203);
    expect((await get('/text')).headers.get('x-page')).toBe('one');
    expect((await get('/moved')).headers.get('location')).toBe('/json');
    expect((await get('/file')).headers.get('content-type')).toBe('image/png');
  });

  it('lets a method override its controller, and keeps out what is never cached', async () => {
    @Controller()
    @CacheResponse({ maxAge: '1m', clientMaxAge: '10s' })
    class Pages {
      runs = 0;

      @Get('plain')
      plain() {
        return String((this.runs += 1));
      }

      @Get('long')
      @CacheResponse({ maxAge: '1h' })
      long() {
        return String((this.runs += 1));
      }

      @Get('never')
      @NeverCache()
      never() {
        return String((this.runs += 1));
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] });

    for (const path of ['/plain', '/long', '/never']) await get(path);

    expect((await get('/plain')).cacheStatus).toBe('hit; ttl=60');
    const long = await get('/long');
    expect([long.cacheStatus, long.headers.get('cache-control')]).toEqual(['hit; ttl=3600', 'max-age=10']);
    const never = await get('/never');
    expect([never.cacheStatus, never.headers.get('cache-control')]).toEqual([undefined, 'no-store']);
  });

  it('starts from the policy of the module', async () => {
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ clientMaxAge: '5s' })
      page() {
        return 'page';
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] }, { responses: { maxAge: '2m' } });

    await get('/');
    const hit = await get('/');

    expect([hit.cacheStatus, hit.headers.get('cache-control')]).toEqual(['hit; ttl=120', 'max-age=5']);
  });

  it('drops a response when its tags are invalidated', async () => {
    @Controller('cities')
    @CacheTags('cities')
    class Cities {
      runs = 0;

      @Get(':id')
      @CacheResponse()
      @CacheTags(({ params }) => `city:${params['id']}`)
      show(@Param('id') id: string) {
        addTags('read');
        return `${id} ${(this.runs += 1)}`;
      }

      @Put(':id')
      @InvalidateTags(({ params }) => [`city:${params['id']}`])
      rename(@Param('id') id: string) {
        if (id === '9') throw new HttpException('no', 400);
        return 'renamed';
      }
    }
    const { get, send, cache } = await startApp(platform, { controllers: [Cities] });
    const both = async (): Promise<string[]> => [(await get('/cities/1')).body, (await get('/cities/9')).body];

    expect(await both()).toEqual(['1 1', '9 2']);
    await send('PUT', '/cities/1');
    await send('PUT', '/cities/9');
    expect(await both()).toEqual(['1 3', '9 2']);
    await cache.invalidateTags(['cities']);
    expect(await both()).toEqual(['1 4', '9 5']);
    await cache.invalidateTags(['read']);
    expect(await both()).toEqual(['1 6', '9 7']);
  });

  it('invalidates for all methods of a controller that change something', async () => {
    @Controller('cities')
    @InvalidateTags('cities')
    class Cities {
      runs = 0;

      @Get()
      @CacheResponse()
      @CacheTags('cities')
      list() {
        return String((this.runs += 1));
      }

      @Put()
      change() {
        return 'changed';
      }
    }
    const { get, send } = await startApp(platform, { controllers: [Cities] });

    expect([(await get('/cities')).body, (await get('/cities')).body]).toEqual(['1', '1']);
    await send('PUT', '/cities');
    expect((await get('/cities')).body).toBe('2');
  });

  it('gives a stale response while the handler runs again, with the same head', async () => {
    @Controller()
    class Pages {
      runs = 0;

      @Get()
      @CacheResponse({ maxAge: '1m', staleWhileRevalidate: '1h' })
      @Header('Content-Type', 'text/x-page')
      @HttpCode(203)
      page() {
        return `run ${(this.runs += 1)}`;
      }
    }
    const { get, clock } = await startApp(platform, { controllers: [Pages] });

    const first = await get('/');
    clock.advance(120_000);
    const stale = await get('/');
    const fresh = await eventually(
      () => get('/'),
      ({ body }) => body === 'run 2',
    );

    expect([first.body, stale.body, stale.cacheStatus]).toEqual(['run 1', 'run 1', 'hit; ttl=-60']);
    expect([fresh.body, fresh.status, fresh.cacheStatus]).toEqual(['run 2', 203, 'hit; ttl=60']);
    expect(fresh.headers.get('content-type')).toBe(first.headers.get('content-type'));
  });

  it('gives a stale response instead of what an exception filter would answer', async () => {
    @Controller()
    class Pages {
      broken = false;

      @Get()
      @CacheResponse({ maxAge: '1m', staleIfError: '1h' })
      page() {
        if (this.broken) throw new HttpException('broken', 500);
        this.broken = true;
        return 'page';
      }
    }
    const { get, clock } = await startApp(platform, { controllers: [Pages] });

    await get('/');
    clock.advance(120_000);
    const stale = await get('/');

    expect([stale.status, stale.body, stale.cacheStatus]).toEqual([200, 'page', 'fwd=stale; fwd-status=500; ttl=-60']);
  });

  it('runs the handler once for simultaneous requests, and not again for what it may not store', async () => {
    @Controller()
    class Pages {
      runs = 0;

      @Get()
      @CacheResponse()
      async page() {
        this.runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return `run ${this.runs}`;
      }

      @Get('who')
      @CacheResponse()
      who(@Headers('x-who') who: string) {
        return who;
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] });

    const answers = await Promise.all(Array.from({ length: 10 }, () => get('/')));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['run 1']));

    const ann = await get('/who', { 'x-who': 'ann' });
    const bob = await get('/who', { 'x-who': 'bob' });
    expect([ann.cacheStatus, ann.body, bob.body]).toEqual(['fwd=uri-miss; detail=read:x-who', 'ann', 'bob']);
  });

  it('shows the handler no parameter that the key leaves out', async () => {
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ query: { allow: ['page'] } })
      page(@Query() query: Record<string, string>) {
        return JSON.stringify({ ...query });
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] });

    expect((await get('/?page=1&utm=a')).body).toBe('{"page":"1"}');
    expect((await get('/?utm=b&page=1')).cacheStatus).toBe('hit; ttl=300');
  });

  it('answers 304 and HEAD from what is stored', async () => {
    @Controller()
    class Pages {
      runs = 0;

      @Get()
      @CacheResponse()
      page() {
        return `run ${(this.runs += 1)}`;
      }
    }
    const { get, send } = await startApp(platform, { controllers: [Pages] });
    const etag = (await get('/')).headers.get('etag') ?? (await get('/')).headers.get('etag') ?? '';

    const notModified = await get('/', { 'if-none-match': etag });
    const head = await send('HEAD', '/');

    expect([notModified.status, notModified.body, head.status, head.body]).toEqual([304, '', 200, '']);
    expect([head.cacheStatus, head.headers.get('content-length')]).toEqual(['hit; ttl=300', '5']);
  });

  it('finds a cache by its name', async () => {
    @Controller()
    class Pages {
      @Get()
      @CacheResponse({ cache: 'pages' })
      page() {
        return 'page';
      }
    }
    const { get } = await startApp(platform, { controllers: [Pages] }, { caches: { pages: { ttl: '7m' } } });

    await get('/');
    expect((await get('/')).headers.get('cache-status')).toMatch(/^pages; hit; ttl=4/);
  });

  it('does not start with an option that cannot be', async () => {
    @Controller()
    class Unknown {
      @Get()
      @CacheResponse({ cache: 'nowhere' })
      page() {
        return 'page';
      }
    }
    @Controller()
    @CacheResponse({ maxAge: -1 })
    class Negative {
      @Get()
      page() {
        return 'page';
      }
    }

    await expect(startApp(platform, { controllers: [Unknown] })).rejects.toMatchObject({
      code: 'ERR_CACHE_OPTION',
      message: 'Option `name` is "nowhere"; allowed: default.',
    });
    await expect(startApp(platform, { controllers: [Negative] })).rejects.toMatchObject({ option: 'maxAge' });
  });
});
