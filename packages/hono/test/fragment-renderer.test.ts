import { createFragments } from '@cache/core/fragments';
import { honoFragments } from '@cache/core/fragments/hono';
import { cacheResponse, type FragmentEnv, fragmentRenderer, type ResponsePolicy } from '@cache/hono';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { css, Style } from 'hono/css';
import { html } from 'hono/html';
import { type Child, jsx } from 'hono/jsx';
import { jsxRenderer, useRequestContext } from 'hono/jsx-renderer';
import { describe, expect, it } from 'vitest';
import { asFunction, said, testCache } from './support/site.ts';

type Element = ReturnType<typeof html>;

/** JSX without a compiler. */
function element(component: unknown, properties: object = {}, ...children: Child[]): Element {
  return jsx(component as string, properties, ...children) as unknown as Element;
}

/** Pages of one city, whose cached block counts how often it ran. */
function site(...renderers: readonly MiddlewareHandler[]) {
  const { cache, clock } = testCache();
  const fragments = createFragments(cache);
  const { Cache, Hole } = honoFragments(fragments);
  const seen = { runs: 0 };
  const City = ({ name }: { readonly name: string }) => {
    seen.runs += 1;
    return element('h1', {}, name);
  };
  const Greeting = ({ user }: { readonly user?: { readonly name: string } }) => element('b', {}, user?.name ?? '');
  const Page = ({ name, user }: { readonly name: string; readonly user?: { readonly name: string } }) =>
    element(
      'main',
      {},
      element(
        Cache,
        { name: 'city', varyOn: [5], tags: ['city'] },
        element(City, { name }),
        element(Hole, { name: 'greeting' }),
      ),
      user === undefined ? '' : element(Cache, { name: 'user' }, element(Greeting, { user })),
    );
  const app = new Hono<FragmentEnv>();
  app.use(...(renderers as [MiddlewareHandler]), fragmentRenderer(fragments));
  app.use((c, next) => {
    c.set('holes', { greeting: () => `<i>${c.req.header('x-name') ?? 'nobody'}</i>` });
    return next();
  });
  const page = (properties: object) => (c: Context) => c.render(element(Page, { name: 'Lisbon & <b>', ...properties }));
  app.get('/', page({}));
  app.get('/user', page({ user: { name: 'Ana' } }));
  app.onError((error, c) => c.text('code' in error ? String(error.code) : error.message, 500));
  const { ask } = asFunction(app);
  const read = async (path: string, name: string): Promise<string> =>
    (await ask(path, { headers: { 'x-name': name } })).text();
  return { app, cache, clock, fragments, seen, ask, read, Cache, element };
}

const CITY = '<h1>Lisbon &amp; &lt;b&gt;</h1>';

describe('c.render of JSX', () => {
  it('takes blocks from the cache, and holes from the request', async () => {
    const { read, cache, seen } = site();
    expect(await read('/', 'Ana')).toBe(`<main>${CITY}<i>Ana</i></main>`);
    expect(await read('/', 'Rui')).toBe(`<main>${CITY}<i>Rui</i></main>`);
    expect(seen.runs).toBe(1);
    await cache.invalidateTags(['city']);
    expect(await read('/', 'Eva')).toContain(CITY);
    expect(seen.runs).toBe(2);
  });

  it('works within the layouts of jsxRenderer, which see their context', async () => {
    const layout = jsxRenderer(({ children }) => {
      const c = useRequestContext();
      return element('html', { lang: c.req.query('lang') }, element('body', {}, children as Child)) as never;
    });
    const inner = jsxRenderer(
      ({ children, Layout }) => element(Layout, {}, element('div', {}, children as Child)) as never,
    );
    const { read, seen } = site(layout, inner);
    for (const name of ['Ana', 'Rui']) {
      expect(await read('/?lang=en', name)).toBe(
        `<!DOCTYPE html><html lang="en"><body><div><main>${CITY}<i>${name}</i></main></div></body></html>`,
      );
    }
    expect(seen.runs).toBe(1);
  });

  it('works with an asynchronous renderer, and with fields and a status of its own', async () => {
    const { ask } = site(async (c, next) => {
      c.setRenderer(async (content) => {
        c.status(203);
        c.header('X-Layout', 'own');
        return c.html(html`<body>${await content}</body>`);
      });
      await next();
    });
    const answer = await ask('/');
    expect([answer.status, answer.headers.get('x-layout')]).toEqual([203, 'own']);
    expect(await answer.text()).toBe(`<body><main>${CITY}<i>nobody</i></main></body>`);
  });

  it('refuses a user in a cached block', async () => {
    expect(await site().read('/user', 'Ana')).toBe('ERR_CACHE_SENSITIVE');
  });

  it('refuses to stream', async () => {
    const stream = jsxRenderer(({ children }) => element('html', {}, children as Child) as never, { stream: true });
    expect(await site(stream).read('/', 'Ana')).toBe('ERR_CACHE_PLACE');
  });

  it('keeps the styles of components that are not cached', async () => {
    const { app, fragments } = site();
    const styled = css`color: red;`;
    const page = () => element('body', {}, element(Style), element('p', { class: styled }, 'red'));
    const plain = new Hono().get('/', (c) => c.render(page()));
    app.use('/styled', fragmentRenderer(fragments)).get('/styled', (c) => c.render(page()));
    expect(await (await app.request('/styled')).text()).toBe(await (await plain.request('/')).text());
  });

  it('may be there twice', async () => {
    const { app, fragments, read } = site();
    app.use('/twice', fragmentRenderer(fragments)).get('/twice', (c) => c.render(element('p', {}, 'once')));
    expect(await read('/twice', 'Ana')).toBe('<p>once</p>');
  });

  it('leaves holes to the policy of a stored page, if that fills them', async () => {
    const { app, fragments, cache, seen, ask } = site();
    const { Hole } = honoFragments(fragments);
    const Run = () => element('p', {}, String((seen.runs += 1)));
    const holes: ResponsePolicy['holes'] = { visitor: ({ header }) => `Hello, ${header('x-name')}` };
    app.use('/page', cacheResponse(cache, { holes }), fragmentRenderer(fragments));
    app.get('/page', (c) => c.render(element('body', {}, element(Run), element(Hole, { name: 'visitor' }))));
    for (const name of ['Ana', 'Rui']) {
      const answer = await ask('/page', { headers: { 'x-name': name } });
      expect(await answer.text()).toBe(`<body><p>1</p>Hello, ${name}</body>`);
    }
  });

  it('makes pages that go with their fragments', async () => {
    const { app, fragments, cache, Cache, ask } = site();
    let word = 'one';
    const Word = () => element('p', {}, word);
    app.use('/page', cacheResponse(cache), fragmentRenderer(fragments));
    app.get('/page', (c) => c.render(element(Cache, { name: 'word', tags: ['word'] }, element(Word))));
    const read = async (): Promise<[string, string | undefined]> => {
      const answer = await ask('/page');
      return [await answer.text(), said(answer)];
    };
    expect(await read()).toEqual(['<p>one</p>', expect.stringContaining('stored')]);
    word = 'two';
    expect(await read()).toEqual(['<p>one</p>', expect.stringContaining('hit')]);
    await cache.invalidateTags(['word']);
    expect(await read()).toEqual(['<p>two</p>', expect.stringContaining('stored')]);
  });
});
