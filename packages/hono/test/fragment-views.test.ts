import { join } from 'node:path';
import { createFragments, type Fragments, type FragmentViews } from '@cache/core/fragments';
import { liquidFragments } from '@cache/core/fragments/liquid';
import { nunjucksFragments } from '@cache/core/fragments/nunjucks';
import { type FragmentEnv, fragmentViews } from '@cache/hono';
import { type Context, Hono } from 'hono';
import { Liquid } from 'liquidjs';
import nunjucks from 'nunjucks';
import { describe, expect, it } from 'vitest';
import { asFunction, onNode, testCache } from './support/site.ts';

const VIEWS = join(import.meta.dirname, 'views');

const engines: readonly (readonly [page: string, open: (fragments: Fragments) => FragmentViews<string>])[] = [
  [
    'city.njk',
    (fragments) => nunjucksFragments(new nunjucks.Environment(new nunjucks.FileSystemLoader(VIEWS)), fragments),
  ],
  ['city.liquid', (fragments) => liquidFragments(new Liquid({ root: VIEWS }), fragments)],
];

/** What an application declares for `c.render`, which this repository must not do for all of its tests. */
type Render = (template: string, locals: object) => Promise<Response>;

describe.each(engines)('c.render of %s', (page, open) => {
  function site() {
    const { cache } = testCache();
    const city = { id: 5, name: 'Lisbon & <b>' };
    const app = new Hono<FragmentEnv>();
    const render = (c: Context, locals: object): Promise<Response> =>
      (c.render as unknown as Render)(page, { city, season: c.req.header('x-season'), ...locals });
    app.use(fragmentViews(open(createFragments(cache))));
    app.use((c, next) => {
      c.set('holes', { greeting: () => `<i>${c.req.header('x-name')}</i>` });
      c.set('locale', c.req.header('x-language') ?? 'en');
      return next();
    });
    app.get('/', (c) => render(c, {}));
    app.get('/else', (c) => render(c, { holes: { greeting: async () => 'somebody else' } }));
    app.get('/user', (c) => render(c, { user: { name: 'Ana' }, city: { id: 6, name: 'Porto' } }));
    app.get('/holes', (c) => render(c, { holes: { greeting: 'Hello' } }));
    app.onError((error, c) => c.text('code' in error ? String(error.code) : error.message, 500));
    return { cache, city, app };
  }

  it('takes blocks from the cache, and holes from the request', async () => {
    const { app, cache, city } = site();
    const { ask } = await onNode(app);
    const read = async (name: string, season: string): Promise<string> => {
      const answer = await ask('/', { headers: { 'x-name': name, 'x-season': season } });
      expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
      return (await answer.text()).trim();
    };

    const block = '<h1>Lisbon &amp; &lt;b&gt;</h1>';
    expect(await read('Ana', 'spring')).toBe(`${block} for <i>Ana</i>, spring`);
    city.name = 'Lisboa';
    expect(await read('Rui', 'autumn')).toBe(`${block} for <i>Rui</i>, autumn`);
    await cache.invalidateTags(['city']);
    expect(await read('Eva', 'winter')).toBe('<h1>Lisboa</h1> for <i>Eva</i>, winter');
  });

  it('takes holes and the language of the context, and holes of the call before them', async () => {
    const { app, city } = site();
    const { ask } = asFunction(app);
    const text = async (path: string, language: string): Promise<string> =>
      (await ask(path, { headers: { 'x-name': 'Ana', 'x-language': language } })).text();
    expect(await text('/', 'en')).toContain('Lisbon');
    city.name = 'Lisboa';
    expect(await text('/else', 'pt')).toContain('<h1>Lisboa</h1> for somebody else');
    expect(await text('/else', 'en')).toContain('Lisbon');
  });

  it('gives errors to the app', async () => {
    const { ask } = asFunction(site().app);
    expect(await (await ask('/user')).text()).toBe('ERR_CACHE_SENSITIVE');
    expect(await (await ask('/holes')).text()).toBe('ERR_CACHE_OPTION');
  });
});
