import { join } from 'node:path';
import type { Fragments, FragmentViews } from '@cache/core/fragments';
import { nunjucksFragments } from '@cache/core/fragments/nunjucks';
import { pugFragments } from '@cache/core/fragments/pug';
import { CacheModule, CacheResponse, FragmentsModule, InjectFragments } from '@cache/nestjs';
import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  Headers,
  Injectable,
  Module,
  type NestInterceptor,
  Render,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import nunjucks from 'nunjucks';
import type { Observable } from 'rxjs';
import pug from 'pug';
import { describe, expect, it } from 'vitest';
import { eventually, startApp } from './support/app.ts';
import { platforms } from './support/platforms.ts';

const VIEWS = join(import.meta.dirname, 'views');

type Open = (fragments: Fragments) => FragmentViews<string>;

const openNunjucks: Open = (fragments) =>
  nunjucksFragments(new nunjucks.Environment(new nunjucks.FileSystemLoader(VIEWS)), fragments);

const engines: readonly (readonly [page: string, open: Open])[] = [
  ['city.njk', openNunjucks],
  ['city.pug', (fragments) => pugFragments(pug, fragments, { views: VIEWS })],
];

/** Puts the client's name into a hole of whatever is rendered. */
@Injectable()
class Greet implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const { headers } = http.getRequest<{ headers: Record<string, string> }>();
    const response = http.getResponse<{ locals?: object }>();
    response.locals = {
      ...response.locals,
      season: headers['x-season'],
      holes: { greeting: () => `<i>${headers['x-name']}</i>` },
    };
    return next.handle();
  }
}

/** A controller whose pages are those of one engine. */
function citiesController(page: string, city: { name: string }) {
  @Controller()
  @UseInterceptors(Greet)
  class CitiesController {
    @Get()
    @Render(page)
    show() {
      return { city: { id: 5, name: city.name } };
    }

    @Get('else')
    @Render(page)
    async somebodyElse() {
      return { city: { id: 5, name: city.name }, holes: { greeting: async () => 'somebody else' } };
    }

    @Get('language')
    @Render(page)
    language(@Headers('x-language') locale: string) {
      return { city: { id: 5, name: city.name }, locale };
    }

    @Get('user')
    @Render(page)
    user() {
      return { city: { id: 6, name: city.name }, user: { name: 'Ana' } };
    }

    @Get('nowhere')
    @Render('nowhere.njk')
    nowhere() {
      return {};
    }

    @Get('stale')
    @Render('plain.njk')
    @CacheResponse({ maxAge: '1h', staleWhileRevalidate: '1h' })
    stale() {
      return { city };
    }

    @Get('filled')
    @Render(page)
    @CacheResponse({ maxAge: '1h', holes: { greeting: ({ header }) => `Hello, ${header('x-name')}` } })
    filled() {
      return { city: { id: 5, name: city.name } };
    }

    @Get('plain')
    @Render('plain.njk')
    @CacheResponse({ maxAge: '1h', cookies: [] })
    plain() {
      return { city };
    }
  }
  return CitiesController;
}

describe.each(platforms)('@Render() with fragments, $name', (platform) => {
  async function start(page: string, open: Open) {
    const city = { name: 'Lisbon & <b>' };
    const running = await startApp(platform, {
      imports: [FragmentsModule.forRoot({ views: open, ttl: '1m' })],
      controllers: [citiesController(page, city)],
    });
    return { ...running, city };
  }

  it.each(engines)('takes blocks of %s from the cache, and holes from the request', async (page, open) => {
    const { get, cache, city } = await start(page, open);
    const read = async (name: string, season: string): Promise<string> => {
      const answer = await get('/', { 'x-name': name, 'x-season': season });
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      return answer.body.trim();
    };

    const block = '<h1>Lisbon &amp; &lt;b&gt;</h1>';
    expect(await read('Ana', 'spring')).toBe(`${block}for <i>Ana</i>, spring`);
    city.name = 'Lisboa';
    expect(await read('Rui', 'autumn')).toBe(`${block}for <i>Rui</i>, autumn`);
    expect((await get('/else')).body).toContain(`${block}for somebody else`);
    expect((await get('/language', { 'x-language': 'pt' })).body).toContain('<h1>Lisboa</h1>');
    await cache.invalidateTags(['city']);
    expect(await read('Eva', 'winter')).toBe('<h1>Lisboa</h1>for <i>Eva</i>, winter');
  });

  it('gives errors to the exception filters', async () => {
    const { get } = await start('city.njk', openNunjucks);
    for (const path of ['/user', '/nowhere']) {
      const { status, body } = await get(path);
      expect([status, body]).toEqual([500, expect.stringContaining('Internal server error')]);
    }
  });

  it('makes pages that go with their fragments', async () => {
    const { get, cache, city } = await start('city.njk', openNunjucks);
    const read = async (): Promise<[string, string | undefined]> => {
      const { body, cacheStatus } = await get('/plain');
      return [body.trim(), cacheStatus];
    };
    expect(await read()).toEqual(['Lisbon &amp; &lt;b&gt;', expect.stringContaining('stored')]);
    city.name = 'Lisboa';
    expect(await read()).toEqual(['Lisbon &amp; &lt;b&gt;', expect.stringContaining('hit')]);
    await cache.invalidateTags(['city']);
    expect(await read()).toEqual(['Lisboa', expect.stringContaining('stored')]);
  });

  it('leaves holes to the policy of a stored page, if that fills them', async () => {
    const { get, city } = await start('city.njk', openNunjucks);
    for (const name of ['Ana', 'Rui']) {
      const { body, cacheStatus } = await get('/filled', { 'x-name': name });
      expect(body).toContain(`<h1>Lisbon &amp; &lt;b&gt;</h1>for Hello, ${name},`);
      expect(cacheStatus).toMatch(name === 'Ana' ? /stored/ : /^hit/);
      city.name = 'Lisboa';
    }
  });

  it('makes pages in the background as well', async () => {
    const { get, clock, city } = await start('city.njk', openNunjucks);
    const read = async (): Promise<string> => (await get('/stale')).body.trim();
    expect(await read()).toBe('Lisbon &amp; &lt;b&gt;');
    city.name = 'Lisboa';
    clock.advance(61_000);
    expect(await read()).toBe('Lisbon &amp; &lt;b&gt;');
    expect(await eventually(read, (text) => text === 'Lisboa')).toBe('Lisboa');
  });
});

@Injectable()
class Mail {
  readonly fragments: Fragments;

  constructor(@InjectFragments() fragments: Fragments) {
    this.fragments = fragments;
  }
}

@Module({ providers: [Mail] })
class MailModule {}

describe('the fragments of a module', () => {
  it('are injected, in the caches of CacheModule', async () => {
    const module = await Test.createTestingModule({
      imports: [
        CacheModule.forRoot({ caches: { default: {}, mails: {} } }),
        FragmentsModule.forRootAsync({ useFactory: () => ({ using: 'mails', ttl: '1h' as const }) }),
        MailModule,
      ],
    }).compile();
    const { fragments } = module.get(Mail);
    let runs = 0;
    const page = (): Promise<string> => fragments.page(() => fragments.block({ name: 'foot' }, () => `${(runs += 1)}`));
    expect([await page(), await page()]).toEqual(['1', '1']);
    await fragments.invalidateFragment('foot');
    expect(await page()).toBe('2');
    await module.close();
  });

  it('may have views where there is no HTTP', async () => {
    const imports = [CacheModule.forRoot(), FragmentsModule.forRoot({ views: openNunjucks }), MailModule];
    const app = await NestFactory.createApplicationContext({ module: class App {}, imports }, { logger: false });
    expect(app.get(Mail).fragments).toBeDefined();
    await app.close();
  });

  it('have right options, or the application does not start', async () => {
    const imports = [CacheModule.forRoot(), FragmentsModule.forRoot({ using: 'nothing' })];
    await expect(Test.createTestingModule({ imports }).compile()).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
  });
});
