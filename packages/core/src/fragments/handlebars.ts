import type Handlebars from 'handlebars';
import { namedText, TemplateDigests } from './digest.ts';
import type { Fragments } from './fragments.ts';
import { runTag } from './pass.ts';
import { fragmentOf, nameOf, TEMPLATE } from './tag-arguments.ts';
import type { FragmentViews } from './views.ts';

type Environment = typeof Handlebars;

/**
 * Gives an environment of Handlebars the block helper `cache` and the helper `hole`. Templates have to be compiled by it
 * afterwards, and rendered by the `render` that is returned.
 *
 * Blocks of fragments that are missing run after the template around them, so what a helper around a block is given is a mark.
 *
 * @example
 * const handlebars = Handlebars.create();
 * const views = handlebarsFragments(handlebars, fragments);
 * const template = handlebars.compile(`{{#cache 'city' city.id ttl='5m'}}<h1>{{city.name}}</h1>{{/cache}}`);
 * const html = await views.render(template, { city });
 */
export function handlebarsFragments(
  handlebars: Environment,
  fragments: Fragments,
): FragmentViews<Handlebars.TemplateDelegate> {
  const compiled = new WeakMap<object, string>();
  const digests = new TemplateDigests({
    references: (text) => [...text.matchAll(/\{\{~?\s*#?>\s*["']?([^\s"'}(]+)/g)].map(([, name = '']) => name),
    find(name) {
      const partial: unknown = handlebars.partials[name];
      if (typeof partial === 'string') return { name, text: partial };
      return namedText(name, typeof partial === 'function' ? compiled.get(partial) : undefined);
    },
  });
  keepSources(handlebars, digests, compiled);
  handlebars.registerHelper('cache', function (this: unknown, ...values: unknown[]) {
    const options = values.pop() as Handlebars.HelperOptions;
    const named = options.hash as Record<string, unknown>;
    const source = named[TEMPLATE];
    const digest = typeof source === 'string' ? digests.resolve(source) : undefined;
    const capture = (): (() => string) => {
      const data: unknown = snapshot(options.data as object | undefined);
      return () => options.fn(this, { data });
    };
    const html = runTag(() => fragments.blockLater(fragmentOf(values, named, digest), capture));
    return new handlebars.SafeString(html as string);
  });
  handlebars.registerHelper(
    'hole',
    (name: unknown) => new handlebars.SafeString(runTag(() => fragments.hole(nameOf(name)))),
  );
  return {
    render: (template, locals = {}, page) => fragments.page(() => template(fragments.guard(locals)), page),
  };
}

function keepSources(handlebars: Environment, digests: TemplateDigests, compiled: WeakMap<object, string>): void {
  const { compile, parse } = handlebars;
  Object.assign(handlebars, {
    compile(input: unknown, options?: CompileOptions) {
      const template = compile(input, options);
      if (typeof input === 'string') compiled.set(template, input);
      return template;
    },
    parse(input: string, options?: Handlebars.ParseOptions) {
      const program = parse(input, options);
      if (typeof input === 'string') markBlocks(program, digests.add(input));
      return program;
    },
  });
}

function markBlocks(node: unknown, source: string): void {
  if (typeof node !== 'object' || node === null) return;
  for (const child of Object.values(node)) markBlocks(child, source);
  const { type, path, loc } = node as hbs.AST.BlockStatement;
  if (type !== 'BlockStatement' || (path as { original?: unknown }).original !== 'cache') return;
  const block = node as hbs.AST.BlockStatement;
  const value: hbs.AST.StringLiteral = { type: 'StringLiteral', value: source, original: source, loc };
  block.hash ??= { type: 'Hash', pairs: [], loc };
  block.hash.pairs.push({ type: 'HashPair', key: TEMPLATE, value, loc });
}

/** The data of a block as they are now: a loop changes its own when it goes on. */
function snapshot(data: object | undefined): object | undefined {
  if (data === undefined) return undefined;
  const { _parent, ...own } = data as { readonly _parent?: object };
  return _parent === undefined ? own : { ...own, _parent: snapshot(_parent) };
}
