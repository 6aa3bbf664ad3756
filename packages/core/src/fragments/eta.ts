import type { Eta } from 'eta';
import { isAbsolute, relative } from 'node:path';
import { namedText, TemplateDigests } from './digest.ts';
import type { Fragments } from './fragments.ts';
import { runTag } from './pass.ts';
import { takeBlockCall, fragmentOf, nameOf } from './tag-arguments.ts';
import type { FragmentViews } from './views.ts';

/**
 * Gives an instance of Eta the functions `cache` and `hole`, for templates that are loaded or compiled afterwards. They have to be
 * rendered by the `render` that is returned, by name.
 *
 * Blocks run where they stand, with the variables of that moment, so a template with fragments that are missing runs again for each
 * level of them. Blocks cannot be asynchronous.
 *
 * @example
 * const eta = new Eta({ views: 'views', cache: true });
 * const views = etaFragments(eta, fragments);
 * // <%~ cache('city', it.city.id, { ttl: '5m' }, () => { %><h1><%= it.city.name %></h1><% }) %>
 * const html = await views.render('city', { city });
 */
export function etaFragments(eta: Eta, fragments: Fragments): FragmentViews<string> {
  const loaded = new Map<string, string>();
  const digests = new TemplateDigests({
    references: (text) => [...text.matchAll(/\b(?:include|layout)\(\s*["'`]([^"'`$]+)/g)].map(([, name = '']) => name),
    find: (name) => namedText(name, loaded.get(name) ?? textOf(eta, name)),
  });
  const functions: TemplateFunctions = {
    cache(source, values, print) {
      return runTag(() => {
        const { positional, named, block } = takeBlockCall(values);
        return fragments.blockInPlace(fragmentOf(positional, named, digests.resolve(source)), () => print(block));
      });
    },
    hole: (name) => runTag(() => fragments.hole(nameOf(name))),
  };
  let source = '';
  const plugin: Eta['config']['plugins'][number] = {
    processTemplate(text) {
      source = digests.add(text);
      return text;
    },
    processFnString: (code) => header(source) + code,
  };
  // The list that an instance begins with is that of all instances.
  eta.configure({ plugins: [...eta.config.plugins, plugin] });
  const loadTemplate = eta.loadTemplate.bind(eta);
  Object.assign(eta, {
    [FUNCTIONS]: functions,
    loadTemplate(name: string, template: unknown, options?: { readonly async: boolean }) {
      if (typeof template === 'string') loaded.set(name, template);
      loadTemplate(name, template as string, options);
    },
  });
  return {
    render(template, locals = {}, page) {
      const name = nameIn(eta, template);
      return fragments.page(() => eta.render(name, fragments.guard(locals)), page);
    },
  };
}

interface TemplateFunctions {
  cache(source: string, values: unknown[], print: (block: () => unknown) => string): string;
  hole(name: unknown): string;
}

/** Where templates find the functions. */
const FUNCTIONS = '@cache/fragments';

/** What a template begins with: the functions, told which template it is. Eta itself has a `capture` for what a block prints. */
function header(source: string): string {
  const functions = `this[${JSON.stringify(FUNCTIONS)}]`;
  return (
    `const cache = (...values) => ${functions}.cache(${JSON.stringify(source)}, values, capture);\n` +
    `const hole = (name) => ${functions}.hole(name);\n`
  );
}

/** The name of a file of the views. Eta takes the path of a file for a name below its folder. */
function nameIn({ config: { views } }: Eta, template: string): string {
  if (views === undefined || !isAbsolute(template)) return template;
  const name = relative(views, template);
  return name.startsWith('..') || isAbsolute(name) ? template : name;
}

function textOf(eta: Eta, name: string): string | undefined {
  try {
    return eta.readFile(eta.resolvePath(name));
  } catch {
    return undefined;
  }
}
