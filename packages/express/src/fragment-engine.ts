import { type FragmentViews, type PageOptions, renderView } from '@cache/core/fragments';
import { callbackify } from 'node:util';

/** What `app.engine` takes. */
export type ViewEngine = (path: string, locals: object, callback: (error: unknown, html?: string) => void) => void;

/**
 * An engine for `app.engine`, so that `res.render` renders templates with fragments. The locals `holes` (what fills the holes of the page, by
 * name) and `locale` (its language) are options of the page; holes of `res.locals` and of `res.render` are put together.
 *
 * @param views find templates by the paths of files, as those of all engines do
 * @example
 * app.engine('njk', fragmentEngine(nunjucksFragments(nunjucks.configure('views'), fragments)));
 * app.use((request, response, next) => {
 *   response.locals.holes = { greeting: () => `Hello, ${escape(nameOf(request))}` };
 *   next();
 * });
 * app.get('/cities/:id', async (request, response) => {
 *   response.render('city.njk', { city: await readCity(request.params.id) });
 * });
 */
export function fragmentEngine(views: FragmentViews<string>): ViewEngine {
  return callbackify(async (path: string, { _locals: outer, ...locals }: { _locals?: object }) =>
    renderView(views, path, outer, locals),
  );
}

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- where Express looks for the types of `res.locals`
  namespace Express {
    interface Locals {
      /** What fills the holes of fragments, by name: HTML that is safe to print as it is. */
      holes?: PageOptions['holes'];
    }
  }
}
