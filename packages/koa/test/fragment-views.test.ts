import { join } from 'node:path';
import type { Cache } from '@cache/core';
import { createFragments, type Fragments, type FragmentViews } from '@cache/core/fragments';
import { ejsFragments } from '@cache/core/fragments/ejs';
import { nunjucksFragments } from '@cache/core/fragments/nunjucks';
import { cacheResponse, fragmentViews } from '@cache/koa';
import ejs from 'ejs';
import type { Middleware } from 'koa';
import nunjucks from 'nunjucks';
import { describe, expect, it } from 'vitest';
import { koaVersions } from './support/koa-versions.ts';
import { startSite, testCache } from './support/site.ts';

const VIEWS = join(import.meta.dirname, 'views');

type Open = (fragments: Fragments) => FragmentViews<string>;

const openNunjucks: Open = (fragments) =>
  nunjucksFragments(new nunjucks.Environment(new nunjucks.FileSystemLoader(VIEWS)), fragments);

const engines: readonly (readonly [page: string, open: Open])[] = [
  ['city.njk', openNunjucks],
  ['city.ejs', (fragments) => ejsFragments(ejs, fragments, { views: VIEWS })],
];

/** The client's name, as a middleware above everything puts it into a hole. */
const greet: Middleware = (ctx, next) => {
  ctx.state.holes = { greeting: () => `<i>${ctx.get('x-name')}</i>` };
  return next();
};

describe.each(koaVersions)('ctx.render on $version', ({ Koa }) => {
  it.each(engines)(
    'of %s takes blocks from the cache, and holes and what is around from the request',
    async (page, open) => {
      const { cache } = testCache();
      let name = 'Lisbon & <b>';
      const app = new Koa();
      app.use(fragmentViews(open(createFragments(cache)))).use(greet);
      app.use(async (ctx) => {
        ctx.state['season'] = ctx.get('x-season');
        await ctx.render(page, { city: { id: 5, name } });
      });
      const { get } = await startSite(app);
      const read = async (client: string, season: string): Promise<string> => {
        const answer = await get('/', { 'x-name': client, 'x-season': season });
        expect(answer.header('content-type')).toBe('text/html; charset=utf-8');
        return answer.text.trim();
      };

      const block = '<h1>Lisbon &amp; &lt;b&gt;</h1>';
      expect(await read('Ana', 'spring')).toBe(`${block} for <i>Ana</i>, spring`);
      name = 'Lisboa';
      expect(await read('Rui', 'autumn')).toBe(`${block} for <i>Rui</i>, autumn`);
      await cache.invalidateTags(['city:5']);
      expect(await read('Eva', 'winter')).toBe('<h1>Lisboa</h1> for <i>Eva</i>, winter');
    },
  );

  /** An app whose middleware renders. */
  async function open(...middleware: readonly ((cache: Cache) => Middleware)[]) {
    const { cache, clock } = testCache();
    const app = new Koa();
    app.use(fragmentViews(openNunjucks(createFragments(cache, { ttl: '1m' })))).use(greet);
    const errors: { readonly code?: string }[] = [];
    app.on('error', (error: { readonly code?: string }) => errors.push(error));
    for (const make of middleware) app.use(make(cache));
    return { ...(await startSite(app)), cache, clock, errors };
  }

  it('puts the holes of the state and of the call together', async () => {
    const { get } = await open(() => (ctx) => ctx.render('holes.njk', { holes: { farewell: () => 'Bye' } }));
    expect((await get('/', { 'x-name': 'Ana' })).text).toBe('<i>Ana</i> Bye\n');
  });

  it('keeps languages apart, and the type that was set', async () => {
    const { get } = await open(() => (ctx) => {
      ctx.type = 'text/vcard';
      ctx.state['locale'] = ctx.get('x-language');
      return ctx.render('word.njk', { word: ctx.get('x-language') });
    });
    const read = async (language: string): Promise<string> => (await get('/', { 'x-language': language })).text.trim();
    expect([await read('en'), await read('pt'), await read('en')]).toEqual(['en', 'pt', 'en']);
    expect((await get('/', { 'x-language': 'en' })).header('content-type')).toBe('text/vcard; charset=utf-8');
  });

  it('refuses a user in a cached block, wrong holes and templates that are not there', async () => {
    const { get, errors } = await open(() => (ctx) => {
      if (ctx.path === '/user') ctx.state['user'] = { name: 'Ana' };
      const wrong = { holes: { greeting: 'Hello' } };
      return ctx.render(ctx.path === '/nowhere' ? 'nowhere.njk' : 'word.njk', ctx.path === '/holes' ? wrong : {});
    });
    for (const path of ['/user', '/holes', '/nowhere']) expect((await get(path)).status).toBe(500);
    expect(errors.map(({ code }) => code)).toEqual(['ERR_CACHE_SENSITIVE', 'ERR_CACHE_OPTION', undefined]);
  });

  it('makes pages that go with their fragments', async () => {
    let word = 'one';
    const { get, cache } = await open(
      (pages) => cacheResponse(pages, { maxAge: '1h' }),
      () => (ctx) => ctx.render('word.njk', { word }),
    );
    const read = async (): Promise<string> => (await get()).text.trim();
    expect(await read()).toBe('one');
    word = 'two';
    expect(await read()).toBe('one');
    await cache.invalidateTags(['word']);
    expect(await read()).toBe('two');
  });

  it('leaves holes to the policy of a stored page, if that fills them', async () => {
    let runs = 0;
    const { get } = await open(
      (pages) =>
        cacheResponse(pages, { maxAge: '1h', holes: { greeting: ({ header }) => `Hello, ${header('x-name')}` } }),
      () => (ctx) => ctx.render('city.njk', { city: { id: 5, name: `Lisbon ${(runs += 1)}` }, season: 'spring' }),
    );
    for (const name of ['Ana', 'Rui']) {
      expect((await get('/', { 'x-name': name })).text).toBe(`<h1>Lisbon 1</h1> for Hello, ${name}, spring\n`);
    }
    expect(runs).toBe(1);
  });

  it('makes pages in the background as well', async () => {
    let word = 'one';
    const { get, clock } = await open(
      (pages) => cacheResponse(pages, { maxAge: '1h', staleWhileRevalidate: '1h' }),
      () => (ctx) => ctx.render('word.njk', { word }),
    );
    const read = async (): Promise<string> => (await get()).text.trim();
    expect(await read()).toBe('one');
    word = 'two';
    clock.advance(61_000);
    expect(await read()).toBe('one');
    await expect.poll(read).toBe('two');
  });
});
