import { CacheError } from '@cache/core';
import { type Fragments, pageOptionsOf } from '@cache/core/fragments';
import type { Context, MiddlewareHandler } from 'hono';
import { HtmlEscapedCallbackPhase, type HtmlEscapedString, resolveCallback } from 'hono/utils/html';
import { type FragmentEnv, pageOf } from './fragment-views.ts';

/**
 * Middleware that lets the JSX which `c.render` is given have cached blocks, `Cache` and `Hole` of `honoFragments(fragments)`, beside
 * `jsxRenderer` or alone. `holes` and `locale` are taken from the variables of the context.
 *
 * @throws CacheError `ERR_CACHE_PLACE`, from `c.render`, if the renderer streams: what is missing is known only when all has run
 * @example
 * app.use(jsxRenderer(Layout), fragmentRenderer(fragments));
 * app.get('/cities/:id', async (c) => c.render(<CityPage city={await readCity(c.req.param('id'))} />));
 */
export function fragmentRenderer(fragments: Fragments): MiddlewareHandler<FragmentEnv> {
  return (c, next) => {
    const { render } = c;
    const renderPage = async (...given: unknown[]): Promise<Response> => {
      const safe = given.map((each) => guarded(fragments, each));
      const run = (): unknown => Reflect.apply(render, c, safe);
      const html = await fragments.page(() => contentOf(c, run), pageOptionsOf(pageOf(c)));
      return c.html(html);
    };
    c.render = renderPage as Context['render'];
    return next();
  };
}

/** What a renderer hands to `c.html`, before it becomes a response. */
async function contentOf(c: Context, render: () => unknown): Promise<string> {
  const { html } = c;
  let content: unknown;
  c.html = ((given: unknown) => {
    content = given;
    return new Response();
  }) as Context['html'];
  try {
    await render();
  } finally {
    c.html = html;
  }
  if (content === undefined) {
    const message = 'The renderer has not called `c.html()`; allowed with fragments: a renderer that does not stream.';
    throw new CacheError('ERR_CACHE_PLACE', message);
  }
  return String(await resolveCallback(content as HtmlEscapedString, HtmlEscapedCallbackPhase.Stringify, false, {}));
}

/** Properties of an element or of a layout: sensitive ones cannot be read in cached blocks. */
function guarded(fragments: Fragments, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  if (Array.isArray(given) || given instanceof Promise || given instanceof String) return given;
  const { tag, props } = given as { readonly tag?: unknown; readonly props?: object };
  if (tag === undefined) return fragments.guard(given);
  if (typeof tag !== 'function' || props === undefined) return given;
  const element = Object.create(Object.getPrototypeOf(given) as object) as object;
  return Object.assign(element, given, { props: fragments.guard(props) });
}
