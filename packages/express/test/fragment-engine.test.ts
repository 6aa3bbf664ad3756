import type { Cache } from '@cache/core';
import { createFragments, type FragmentViews } from '@cache/core/fragments';
import { cacheResponse, fragmentEngine, type ResponsePolicy } from '@cache/express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { engines, VIEWS } from './support/engines.ts';
import { expressVersions } from './support/express-versions.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

/** A city that counts how often a template prints its name. */
class City {
  readonly id: number;
  readonly tag: string;
  readonly name: { toString(): string };
  prints = 0;

  constructor(id: number, name: string) {
    this.id = id;
    this.tag = `city:${id}`;
    const print = (): string => {
      this.prints += 1;
      return name;
    };
    this.name = { toString: print };
  }
}

const errorAsText: ErrorRequestHandler = (error: { code?: string; message: string }, _request, response, _next) => {
  response.status(500).send(`${error.code ?? ''} ${error.message}`);
};

/** The client's name, as a middleware above everything puts it into a hole. */
const greet: RequestHandler = (request, response, next) => {
  response.locals.holes = { greeting: () => `<i>${request.get('x-name') ?? 'nobody'}</i>` };
  next();
};

const everything = expressVersions.flatMap(({ version, express }) =>
  Object.entries(engines).map(([extension, open]) => ({ version, express, extension, open })),
);

describe.each(everything)('res.render of $extension on $version', ({ express, extension, open }) => {
  it('takes blocks from the cache, and holes and what is around from the request', async () => {
    const { cache } = testCache();
    const lisbon = new City(5, 'Lisbon & <b>');
    const app = express().engine(extension, fragmentEngine(open(createFragments(cache))));
    app.set('views', VIEWS).set('view engine', extension);
    app.locals['site'] = 'Atlas';
    app.use(greet, (request, response, next) => {
      response.locals['season'] = request.get('x-season');
      next();
    });
    app.get('/', (_request, response) => response.render('city', { city: lisbon }));
    app.use(errorAsText);
    const site = await startSite(app);
    const read = async (name: string, season: string): Promise<string> =>
      (await site.get('/', { headers: { 'x-name': name, 'x-season': season } })).text.trim();

    const block = '<h1>Lisbon &amp; &lt;b&gt;</h1> by Atlas';
    expect(await read('Ana', 'spring')).toBe(`${block} for <i>Ana</i>, spring`);
    expect(await read('Rui', 'autumn')).toBe(`${block} for <i>Rui</i>, autumn`);
    expect(lisbon.prints).toBe(1);
    await cache.invalidateTags(['city:5']);
    expect(await read('Eva', 'winter')).toBe(`${block} for <i>Eva</i>, winter`);
    expect(lisbon.prints).toBe(2);
  });

  it('gives errors to the error handler', async () => {
    const { cache } = testCache();
    const app = express().engine(extension, fragmentEngine(open(createFragments(cache))));
    app.set('views', VIEWS);
    Object.assign(app.locals, { site: 'Atlas', season: 'spring' });
    const failing = {
      id: 5,
      get name(): string {
        throw new Error('no name today');
      },
    };
    app.get('/throws', (_request, response) => response.render(`city.${extension}`, { city: failing }));
    app.get('/unfilled', (_request, response) => response.render(`city.${extension}`, { city: new City(6, 'Porto') }));
    app.get('/nowhere', (_request, response) => response.render(`nowhere.${extension}`));
    app.use(errorAsText);
    const site = await startSite(app);
    const read = async (path: string): Promise<[number, string]> => {
      const { status, text } = await site.get(path);
      return [status, text];
    };
    expect(await read('/throws')).toEqual([500, expect.stringContaining('no name today')]);
    expect(await read('/unfilled')).toEqual([500, expect.stringContaining('ERR_CACHE_OPTION')]);
    expect(await read('/nowhere')).toEqual([500, expect.stringContaining('Failed to lookup view "nowhere')]);
  });
});

describe.each(expressVersions)('a view with fragments on $version', ({ express }) => {
  /** An app whose templates are `njk`. */
  function open(build: (app: Express, cache: Cache) => void): { site: Promise<Site>; cache: Cache } {
    const { cache } = testCache();
    const app = express().engine(
      'njk',
      fragmentEngine(engines['njk']?.(createFragments(cache)) as FragmentViews<string>),
    );
    app.set('views', VIEWS).set('view engine', 'njk');
    build(app, cache);
    app.use(errorAsText);
    return { site: startSite(app), cache };
  }

  it('puts the holes of the app, of middleware and of the handler together', async () => {
    const { site } = open((app) => {
      app.use(greet, (_request, response) => {
        response.render('holes', { holes: { farewell: async () => 'Bye' } });
      });
    });
    const { text } = await (await site).get('/', { headers: { 'x-name': 'Ana' } });
    expect(text).toBe('<i>Ana</i> Bye\n');
  });

  it('keeps languages apart', async () => {
    const { site } = open((app) => {
      app.use(greet, (request, response) => {
        const locale = request.get('x-language');
        response.render('language', { locale, word: locale === 'pt' ? 'Olá' : 'Hello' });
      });
    });
    const read = async (language: string): Promise<string> =>
      (await (await site).get('/', { headers: { 'x-language': language } })).text.trim();
    expect([await read('en'), await read('pt'), await read('en')]).toEqual(['Hello', 'Olá', 'Hello']);
  });

  it('refuses what belongs to one user in a cached block, wherever the local comes from', async () => {
    const { site } = open((app) => {
      app.use((_request, response, next) => {
        response.locals['user'] = { name: 'Ana' };
        next();
      });
      app.get('/user', (_request, response) => response.render('user'));
      // Express passes `res.locals` as a whole, too.
      app.get('/around', (_request, response) => response.render('user-around'));
    });
    expect((await (await site).get('/user')).text).toContain('ERR_CACHE_SENSITIVE');
    expect((await (await site).get('/around')).text).not.toContain('Ana');
  });

  it.each([
    [{ holes: 'greeting' }, 'holes'],
    [{ holes: { greeting: 'Hello' } }, 'holes.greeting'],
    [{ locale: { name: 'en' } }, 'locale'],
  ])('refuses wrong options: %j', async (locals, option) => {
    const { site } = open((app) => app.use((_request, response) => response.render('language', locals)));
    const { status, text } = await (await site).get('/');
    expect([status, text]).toEqual([500, expect.stringContaining('ERR_CACHE_OPTION')]);
    expect(text).toContain(option);
  });

  it('leaves its holes to the policy of the stored page, if that fills them', async () => {
    let runs = 0;
    const { site } = open((app, pages) => {
      const holes: ResponsePolicy['holes'] = { greeting: ({ header }) => `Hello, ${header('x-name')}` };
      app.use(cacheResponse(pages, { maxAge: '1h', holes }), (_request, response) => {
        response.render('city', { city: { id: 5, name: `Lisbon ${(runs += 1)}` }, site: 'Atlas', season: 'spring' });
      });
    });
    for (const name of ['Ana', 'Rui']) {
      const { text, cacheStatus } = await (await site).get('/', { headers: { 'x-name': name } });
      expect(text).toBe(`<h1>Lisbon 1</h1> by Atlas for Hello, ${name}, spring\n`);
      expect(cacheStatus).toMatch(name === 'Ana' ? /stored/ : /^hit/);
    }
    expect(runs).toBe(1);
  });

  it('is a part of the stored page: what invalidates it drops the page', async () => {
    let name = 'Lisbon';
    const { site, cache } = open((app, pages) => {
      app.use((_request, response, next) => {
        response.locals.holes = { greeting: () => 'all' };
        next();
      });
      app.get('/plain', cacheResponse(pages, { maxAge: '1h' }), (_request, response) => {
        response.render('plain', { city: { id: 5, tag: 'city:5', name } });
      });
      app.get('/holed', cacheResponse(pages, { maxAge: '1h' }), (_request, response) => {
        response.render('city', { city: { id: 5, tag: 'city:5', name } });
      });
    });
    const read = async (path: string): Promise<[string, string | undefined]> => {
      const { text, cacheStatus } = await (await site).get(path);
      return [text.trim(), cacheStatus];
    };
    expect(await read('/plain')).toEqual(['Lisbon', expect.stringContaining('stored')]);
    name = 'Lisboa';
    expect(await read('/plain')).toEqual(['Lisbon', expect.stringContaining('hit')]);
    await cache.invalidateTags(['city:5']);
    expect(await read('/plain')).toEqual(['Lisboa', expect.stringContaining('stored')]);
    for (let time = 0; time < 2; time += 1) {
      expect(await read('/holed')).toEqual([
        expect.stringContaining('for all'),
        expect.stringContaining('detail=lifetime'),
      ]);
    }
  });
});
