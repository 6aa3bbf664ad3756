import { raw } from 'hono/html';
import { type Child, Fragment as Group } from 'hono/jsx';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Fragment } from './fragment.ts';
import type { Fragments } from './fragments.ts';
import type { FragmentViews } from './views.ts';

/** What a component returns. */
export type JsxContent = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Properties of `<Cache>`. */
export interface CacheProperties extends Omit<Fragment, 'digest'> {
  readonly children?: Child;
}

/** A component that renders a page from its properties. */
export type JsxPage = (properties: never) => { toString(): string | Promise<string> } | Promise<{ toString(): string }>;

/** The components of `honoFragments`. */
export interface HonoFragments extends FragmentViews<JsxPage> {
  /** A cached block: its children. */
  readonly Cache: (properties: CacheProperties) => JsxContent;
  /** A place that is filled for each request. */
  readonly Hole: (properties: { readonly name: string }) => JsxContent;
}

/**
 * Components for JSX of Hono: `Cache` and `Hole`. Pages have to be rendered by the `render` that is returned, or by
 * `c.render` below `fragmentRenderer` of `@cache/hono`.
 *
 * Components inside of `Cache` do not run on a hit; what is written there outside of components is evaluated in any case. Those of
 * fragments that are missing run after the page around them, so they do not see its contexts. There is no digest of a template: give
 * `createFragments` the `version` of the release.
 *
 * @example
 * const { Cache, render } = honoFragments(fragments);
 * const Page = ({ city }: { city: City }) => <Cache name="city" varyOn={[city.id]} ttl="5m"><Card city={city} /></Cache>;
 * app.get('/cities/:id', async (c) => c.html(await render(Page, { city: await readCity(c.req.param('id')) })));
 */
export function honoFragments(fragments: Fragments): HonoFragments {
  return {
    Cache({ children, ...fragment }) {
      const content: { toString(): string | Promise<string> } = Group({ children: [children] });
      const html = fragments.block(fragment, async () => String(await content.toString()));
      return typeof html === 'string' ? raw(html) : html.then((text) => raw(text));
    },
    Hole: ({ name }) => raw(fragments.hole(name)),
    render(page, locals = {}, options) {
      return fragments.page(async () => (await page(fragments.guard(locals) as never)).toString(), options);
    },
  };
}
