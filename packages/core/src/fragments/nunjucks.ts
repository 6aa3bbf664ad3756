import { namedText, TemplateDigests } from './digest.ts';
import type { Fragments } from './fragments.ts';
import { runTag } from './pass.ts';
import { fragmentOf, nameOf } from './tag-arguments.ts';
import type { FragmentViews } from './views.ts';

type Callback = (error: Error | null, html: string | null) => void;

/** What of a template of Nunjucks is used. */
export interface NunjucksTemplate {
  render(locals: object, callback: Callback): void;
}

/** What of an environment of Nunjucks is used. */
export interface NunjucksEnvironment {
  render(name: string, locals: object, callback: Callback): void;
  getTemplate(name: string): unknown;
  getFilter(name: string): (value: string) => unknown;
  addExtension(name: string, extension: NunjucksExtension): unknown;
}

/** A tag of Nunjucks. */
export interface NunjucksExtension {
  tags: string[];
  parse(parser: NunjucksParser, nodes: NunjucksNodes): unknown;
}

/** What of its parser is used. */
export interface NunjucksParser {
  readonly tokens: { readonly str: string };
  nextToken(): { readonly value: string; readonly lineno: number; readonly colno: number };
  parseSignature(tolerant: null, noParens: true): { readonly children: unknown[] };
  advanceAfterBlockEnd(name?: string): void;
  parseUntilBlocks(...names: string[]): unknown;
}

/** What of its syntax tree is used. */
export interface NunjucksNodes {
  readonly Literal: new (line: number, column: number, value: string) => unknown;
  readonly CallExtension: new (extension: object, method: string, args: unknown, bodies: unknown[]) => unknown;
}

/**
 * Gives an environment of Nunjucks the tags `cache` and `hole`. Templates have to be rendered by the `render` that is returned: by
 * name, or one that was compiled.
 *
 * Blocks run where they stand, with the variables of that moment, so a template with fragments that are missing runs again for each
 * level of them. Blocks cannot hold asynchronous tags or filters.
 *
 * @example
 * const environment = nunjucks.configure('views');
 * const views = nunjucksFragments(environment, fragments);
 * // {% cache 'city', city.id, ttl='5m' %}<h1>{{ city.name }}</h1>{% endcache %}
 * const html = await views.render('city.njk', { city });
 */
export function nunjucksFragments(
  environment: NunjucksEnvironment,
  fragments: Fragments,
): FragmentViews<string | NunjucksTemplate> {
  const digests = new TemplateDigests({
    references: (text) =>
      [...text.matchAll(/\{%-?\s*(?:include|import|from|extends)\s+["']([^"']+)/g)].map(([, name = '']) => name),
    find: (name) => namedText(name, textOf(environment, name)),
  });
  const safe = environment.getFilter('safe');
  environment.addExtension('@cache/fragment', cacheTag(fragments, digests, safe));
  environment.addExtension('@cache/hole', holeTag(fragments, safe));
  return {
    render(template, locals = {}, page) {
      const run = (): Promise<string> =>
        new Promise((resolve, reject) => {
          const done: Callback = (error, html) => (error === null ? resolve(html ?? '') : reject(error));
          const guarded = fragments.guard(locals);
          if (typeof template === 'string') environment.render(template, guarded, done);
          else template.render(guarded, done);
        });
      return fragments.page(run, page);
    },
  };
}

type Safe = (html: string) => unknown;

function cacheTag(fragments: Fragments, digests: TemplateDigests, safe: Safe): NunjucksExtension {
  const tag = {
    tags: ['cache'],
    parse(parser: NunjucksParser, nodes: NunjucksNodes) {
      const { value, lineno, colno } = parser.nextToken();
      const args = parser.parseSignature(null, true);
      args.children.unshift(new nodes.Literal(lineno, colno, digests.add(parser.tokens.str)));
      parser.advanceAfterBlockEnd(value);
      const body = parser.parseUntilBlocks('endcache');
      parser.advanceAfterBlockEnd();
      return new nodes.CallExtension(tag, 'run', args, [body]);
    },
    run(_context: unknown, source: string, ...rest: unknown[]) {
      const body = rest.pop() as () => string;
      const named = isNamed(rest.at(-1)) ? (rest.pop() as Record<string, unknown>) : {};
      const digest = digests.resolve(source);
      return safe(runTag(() => fragments.blockInPlace(fragmentOf(rest, named, digest), () => body())));
    },
  };
  return tag;
}

function holeTag(fragments: Fragments, safe: Safe): NunjucksExtension {
  const tag = {
    tags: ['hole'],
    parse(parser: NunjucksParser, nodes: NunjucksNodes) {
      const { value } = parser.nextToken();
      const args = parser.parseSignature(null, true);
      parser.advanceAfterBlockEnd(value);
      return new nodes.CallExtension(tag, 'run', args, []);
    },
    run: (_context: unknown, name: unknown) => safe(runTag(() => fragments.hole(nameOf(name)))),
  };
  return tag;
}

function isNamed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '__keywords' in value;
}

function textOf(environment: NunjucksEnvironment, name: string): string | undefined {
  try {
    return (environment.getTemplate(name) as { readonly tmplStr?: string } | undefined)?.tmplStr;
  } catch {
    return undefined;
  }
}
