import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineViews, type Fragments, type FragmentViews } from '@cache/core/fragments';
import { ejsFragments } from '@cache/core/fragments/ejs';
import { etaFragments } from '@cache/core/fragments/eta';
import { handlebarsFragments } from '@cache/core/fragments/handlebars';
import { liquidFragments } from '@cache/core/fragments/liquid';
import { nunjucksFragments } from '@cache/core/fragments/nunjucks';
import { pugFragments } from '@cache/core/fragments/pug';
import ejs from 'ejs';
import { Eta } from 'eta';
import Handlebars from 'handlebars';
import { Liquid } from 'liquidjs';
import nunjucks from 'nunjucks';
import pug from 'pug';

/** Where the templates of the tests are: one page in the language of each engine. */
export const VIEWS = join(import.meta.dirname, '../views');

/** Each engine by the extension of its files. */
export const engines: Readonly<Record<string, (fragments: Fragments) => FragmentViews<string>>> = {
  njk: (fragments) => nunjucksFragments(new nunjucks.Environment(new nunjucks.FileSystemLoader(VIEWS)), fragments),
  liquid: (fragments) => liquidFragments(new Liquid({ root: VIEWS }), fragments),
  pug: (fragments) => pugFragments(pug, fragments),
  ejs: (fragments) => ejsFragments(ejs, fragments),
  eta: (fragments) => etaFragments(new Eta({ views: VIEWS, cache: true }), fragments),
  // As `express-handlebars` and `hbs` do: compiled from the file, with all that Express passes.
  hbs(fragments) {
    const handlebars = Handlebars.create();
    handlebarsFragments(handlebars, fragments);
    return engineViews(fragments, (path, locals, callback) => {
      let html: string;
      try {
        html = handlebars.compile(readFileSync(path, 'utf8'))(locals);
      } catch (error) {
        return callback(error);
      }
      return callback(null, html);
    });
  },
};
