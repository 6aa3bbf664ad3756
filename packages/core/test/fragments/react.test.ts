import { createElement, type FunctionComponent, type ReactNode, Suspense } from 'react';
import { renderToStaticMarkup, renderToString } from 'react-dom/server';
import { prerender } from 'react-dom/static';
import { expect, it } from 'vitest';
import { createFragments } from '../../src/fragments/index.ts';
import { type ReactFragments, reactFragments, type ReactFragmentsOptions } from '../../src/fragments/react.ts';
import { testCache } from '../support/test-cache.ts';

function open(options?: ReactFragmentsOptions): ReactFragments {
  return reactFragments(createFragments(testCache().cache), options);
}

it('prints blocks between text, escaped once', async () => {
  const views = open();
  const { Cache, Hole } = views;
  const Page = ({ name }: { name: string }): ReactNode =>
    createElement(
      'p',
      {},
      'a ',
      createElement(Cache, { name: 'b' }, name, ' & ', createElement('b', {}, name)),
      ' c ',
      createElement(Hole, { name: 'h' }),
    );
  for (const name of ['<Ana>', 'other']) {
    const html = await views.render(Page, { name }, { holes: { h: () => '<i>!</i>' } });
    expect(html).toBe('<p>a &lt;Ana&gt; &amp; <b>&lt;Ana&gt;</b> c <i>!</i></p>');
  }
});

it('prints sensitive locals outside of blocks, as children and in attributes, and refuses them inside', async () => {
  const views = open();
  const { Cache } = views;
  const Outside = ({ nonce, session }: { nonce: string; session: number }): ReactNode =>
    createElement('p', { title: `${nonce}` }, nonce, ' ', session, ' ', createElement(Cache, { name: 'b' }, 'block'));
  for (let time = 0; time < 2; time += 1) {
    expect(await views.render(Outside, { nonce: 'x', session: 5 })).toBe('<p title="x">x 5 block</p>');
  }
  const Titled = ({ title }: { title: string }): ReactNode => createElement('p', { title: `${title}` });
  const Child = ({ nonce }: { nonce: string }): ReactNode => createElement(Cache, { name: 'c' }, nonce);
  const Attribute = ({ nonce }: { nonce: string }): ReactNode =>
    createElement(Cache, { name: 'd' }, createElement(Titled, { title: nonce }));
  for (const Inside of [Child, Attribute]) {
    await expect(views.render(Inside, { nonce: 'x' })).rejects.toMatchObject({ code: 'ERR_CACHE_SENSITIVE' });
  }
});

/** The `toHtml` of the guide: it waits, and fails if anything does. */
async function patiently(node: ReactNode): Promise<string> {
  const failures: unknown[] = [];
  const { prelude } = await prerender(node, { onError: (error) => void failures.push(error) });
  if (failures.length > 0) throw failures[0];
  return new Response(prelude).text();
}

it('caches what components wait for, if what makes the HTML waits', async () => {
  const views = open({ toHtml: patiently });
  const { Cache } = views;
  let loads = 0;
  const City = (async ({ id }: { id: number }) => {
    await new Promise((resolve) => setImmediate(resolve));
    return createElement('b', {}, `city ${id}, load ${(loads += 1)}`);
  }) as unknown as FunctionComponent<{ id: number }>;
  const Page = (async () => {
    const title = await Promise.resolve('Cities');
    return createElement('main', {}, title, createElement(Cache, { name: 'city' }, createElement(City, { id: 1 })));
  }) as unknown as FunctionComponent;
  for (let time = 0; time < 2; time += 1) {
    expect(await views.render(Page)).toBe('<main>Cities<!-- --><b>city 1, load 1</b></main>');
  }
});

it('does not store what Suspense shows instead, if what makes the HTML tells', async () => {
  const views = open({ toHtml: patiently });
  const { Cache } = views;
  const page = (Inner: FunctionComponent) => (): ReactNode =>
    createElement(Cache, { name: 'a' }, createElement(Suspense, { fallback: 'instead' }, createElement(Inner)));
  const broken = page(() => {
    throw new Error('broken');
  });
  await expect(views.render(broken)).rejects.toThrow('broken');
  expect(await views.render(page(() => 'fine'))).toContain('fine');
});

it('renders as without a cache where a fragment is switched off', async () => {
  const views = open({ toHtml: renderToString });
  const { Cache } = views;
  const Page = (): ReactNode => createElement(Cache, { name: 'a', when: false }, createElement('b', {}, 'text'));
  expect(await views.render(Page)).toBe('<b>text</b>');
});

it('refuses to be rendered by something else', () => {
  const { Cache, Hole } = open();
  const place = expect.objectContaining({ code: 'ERR_CACHE_PLACE' }) as unknown;
  for (const node of [createElement(Cache, { name: 'a' }), createElement(Hole, { name: 'a' })]) {
    expect(() => renderToStaticMarkup(node)).toThrow(place as Error);
  }
});
