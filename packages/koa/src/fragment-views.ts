import { type FragmentViews, type PageOptions, renderView } from '@cache/core/fragments';
import type { Middleware } from 'koa';

declare module 'koa' {
  interface DefaultState {
    /** What fills the holes of fragments, by name: HTML that is safe to print as it is. */
    holes?: PageOptions['holes'];
  }

  interface ExtendableContext {
    /**
     * Renders a template with `ctx.state` and these locals and makes it the body, as HTML if no type was set. There only below
     * `fragmentViews`.
     */
    render(template: string, locals?: object): Promise<void>;
  }
}

/**
 * Middleware that gives the middleware below `ctx.render`, for templates with fragments. `holes` (what fills the holes of the page, by name)
 * and `locale` (its language) in `ctx.state` or among the locals are options of the page; holes of both are put together.
 *
 * @example
 * app.use(fragmentViews(ejsFragments(ejs, fragments, { views: 'views' })));
 * app.use((ctx, next) => {
 *   ctx.state.holes = { greeting: () => `Hello, ${escape(nameOf(ctx))}` };
 *   return next();
 * });
 * router.get('/cities/:id', async (ctx) => {
 *   await ctx.render('city', { city: await readCity(ctx.params.id) });
 * });
 */
export function fragmentViews(views: FragmentViews<string>): Middleware {
  return (ctx, next) => {
    ctx.render = async (template, locals) => {
      const html = await renderView(views, template, ctx.state, locals);
      if (ctx.type === '') ctx.type = 'html';
      ctx.body = html;
    };
    return next();
  };
}
