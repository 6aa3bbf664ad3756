import { type ComponentType, createContext, createElement, type ReactNode, useContext } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { CacheError } from '../errors.ts';
import type { Fragment } from './fragment.ts';
import type { Fragments } from './fragments.ts';
import { Marks } from './marks.ts';
import { runTag } from './pass.ts';
import type { FragmentViews } from './views.ts';

/** Properties of `<Cache>`. */
export interface ReactCacheProperties extends Omit<Fragment, 'digest'> {
  readonly children?: ReactNode;
}

/** The components of `reactFragments`. */
export interface ReactFragments extends FragmentViews<ComponentType<never>> {
  /** A cached block: its children. */
  readonly Cache: ComponentType<ReactCacheProperties>;
  /** A place that is filled for each request. */
  readonly Hole: ComponentType<{ readonly name: string }>;
}

/** Options of `reactFragments`. */
export interface ReactFragmentsOptions {
  /** What makes HTML of a page and of each block. Default: `renderToStaticMarkup` of `react-dom/server`. */
  readonly toHtml?: (node: ReactNode) => string | Promise<string>;
}

/**
 * Components for pages that React renders on the server: `Cache` and `Hole`. Pages have to be rendered by the `render` that is
 * returned, which gives HTML to be sent as it is, not to be hydrated.
 *
 * Components inside of `Cache` do not run on a hit; what is written there outside of components is evaluated in any case. Those of
 * fragments that are missing run after the page around them, so they do not see its contexts. There is no digest of a template: give
 * `createFragments` the `version` of the release.
 *
 * @example
 * const { Cache, render } = reactFragments(fragments);
 * const Page = ({ city }: { city: City }) => <Cache name="city" varyOn={[city.id]} ttl="5m"><Card city={city} /></Cache>;
 * const html = await render(Page, { city });
 */
export function reactFragments(fragments: Fragments, options: ReactFragmentsOptions = {}): ReactFragments {
  const { toHtml = renderToStaticMarkup } = options;
  const render = async (node: ReactNode): Promise<string> => {
    const slots = new Marks<string>();
    const text = await toHtml(createElement(Slots.Provider, { value: slots }, node));
    // Put together, not joined: that would copy all of it.
    return slots.split(text).reduce<string>((html, part) => html + (typeof part === 'string' ? part : part.item), '');
  };
  return {
    Cache({ children, ...fragment }) {
      const slots = useSlots('Cache');
      if (fragment.when === false) return children;
      const html = runTag(() => fragments.block(fragment, () => render(children)));
      return slots.place(html as string);
    },
    Hole({ name }) {
      return useSlots('Hole').place(runTag(() => fragments.hole(name)));
    },
    render(page, locals = {}, about) {
      const node = (): ReactNode => createElement(page as ComponentType<object>, fragments.guard(locals));
      return fragments.page(() => render(node()), about);
    },
  };
}

/** Where HTML belongs in what React is rendering: React itself prints nothing without escaping it or putting an element around. */
const Slots = createContext<Marks<string> | undefined>(undefined);

function useSlots(component: string): Marks<string> {
  const slots = useContext(Slots);
  if (slots !== undefined) return slots;
  const message = `\`${component}\` is rendered by something else; allowed: within the \`render\` of \`reactFragments\`.`;
  throw new CacheError('ERR_CACHE_PLACE', message);
}
