import { invalidOption } from '../errors.ts';
import type { Fragments, PageOptions } from './fragments.ts';
import type { FragmentViews } from './views.ts';

/** An engine as Express knows it: it renders a file and calls back. */
export type FileEngine = (
  path: string,
  locals: object,
  callback: (error: unknown, html?: string | null) => void,
) => unknown;

/**
 * Views of an engine that renders files by itself, `express-handlebars` or `hbs` for one. The fragments must have been given to what it
 * compiles templates with.
 *
 * @example
 * const handlebars = Handlebars.create();
 * handlebarsFragments(handlebars, fragments);
 * app.engine('hbs', fragmentEngine(engineViews(fragments, engine({ handlebars, extname: 'hbs' }))));
 */
export function engineViews(fragments: Fragments, engine: FileEngine): FragmentViews<string> {
  return {
    render(template, locals = {}, page) {
      const run = (): Promise<string> =>
        new Promise((resolve, reject) => {
          const done = (error: unknown, html?: string | null): void => {
            // Engines give back `null` or `undefined` for no error.
            if (error === null || error === undefined) resolve(html ?? '');
            else reject(error as Error);
          };
          const answer = engine(template, fragments.guard(locals), done);
          // Some fail in the promise that they return as well, or only there.
          if (answer instanceof Promise) answer.catch(reject);
        });
      return fragments.page(run, page);
    },
  };
}

/**
 * Renders a template as frameworks do: with locals of several places, of which later ones win. Those named `holes` and `locale` are
 * options of the page; holes of all places are put together.
 *
 * @throws what the template throws; CacheError `ERR_CACHE_OPTION` for holes that are no functions and a locale that is no text
 * @example
 * context.render = (name, locals) => renderView(views, name, context.state, locals);
 */
export async function renderView(
  views: FragmentViews<string>,
  template: string,
  ...places: readonly (object | null | undefined)[]
): Promise<string> {
  const locals: Record<string, unknown> = {};
  for (const place of places) Object.assign(locals, place);
  delete locals['holes'];
  return views.render(template, locals, pageOptionsOf(...places));
}

/**
 * The options of a page that are among the locals of several places.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for holes that are no functions and a locale that is no text
 */
export function pageOptionsOf(...places: readonly (object | null | undefined)[]): PageOptions {
  const holes: Record<string, () => string> = {};
  let locale: unknown;
  for (const place of places) {
    const given = (place ?? {}) as { readonly holes?: unknown; readonly locale?: unknown };
    locale = given.locale ?? locale;
    if (given.holes === undefined || given.holes === null) continue;
    if (typeof given.holes !== 'object') throw invalidOption('holes', given.holes, 'functions by the names of holes');
    for (const [name, fill] of Object.entries(given.holes)) {
      if (typeof fill !== 'function') throw invalidOption(`holes.${name}`, fill, 'a function that returns HTML');
      holes[name] = fill as () => string;
    }
  }
  if (locale === undefined) return { holes };
  if (typeof locale !== 'string') throw invalidOption('locale', locale, 'the name of a language');
  return { holes, locale };
}
