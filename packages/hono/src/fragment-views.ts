import { type FragmentViews, type PageOptions, renderView } from '@cache/core/fragments';
import type { Context, MiddlewareHandler } from 'hono';

/** What pages with fragments take from their context. */
export interface FragmentEnv {
  Variables: {
    /** What fills the holes of fragments, by name: HTML that is safe to print as it is. */
    holes?: PageOptions['holes'];
    /** The language of fragments that name none. */
    locale?: string;
  };
}

/**
 * Middleware that has `c.render(template, locals)` render templates with fragments, for engines with files. `holes` (what fills the holes of
 * the page, by name) and `locale` (its language) among the variables of the context or among the locals are options of the page; holes of both
 * are put together.
 *
 * @example
 * declare module 'hono' {
 *   interface ContextRenderer { (template: string, locals?: object): Promise<Response> }
 * }
 * app.use(fragmentViews(liquidFragments(new Liquid({ root: 'views' }), fragments)));
 * app.get('/cities/:id', async (c) => c.render('city.liquid', { city: await readCity(c.req.param('id')) }));
 */
export function fragmentViews(views: FragmentViews<string>): MiddlewareHandler<FragmentEnv> {
  return (c, next) => {
    const render = async (template: string, locals?: object): Promise<Response> =>
      c.html(await renderView(views, template, pageOf(c), locals));
    c.setRenderer(render as Context['render']);
    return next();
  };
}

/** What of a page is among the variables of its context. */
export function pageOf(c: Context<FragmentEnv>): PageOptions {
  return { holes: c.get('holes'), locale: c.get('locale') } as PageOptions;
}
