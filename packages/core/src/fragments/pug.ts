import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { CacheError } from '../errors.ts';
import { digestOf } from './digest.ts';
import type { Fragments } from './fragments.ts';
import { runTag } from './pass.ts';
import { takeBlockCall, fragmentOf, nameOf } from './tag-arguments.ts';
import type { FragmentViews } from './views.ts';

/** A compiled template of Pug. */
export type PugTemplate = (locals?: object) => string;

/** What of the module of Pug is used. */
export interface PugModule {
  compile(text: string, options?: object): PugTemplate;
}

/** Options of `pugFragments`: all those of Pug, and these. */
export interface PugOptions {
  /** The folder that names of templates are relative to. Default: the working directory. */
  readonly views?: string;
  /** Whether files are read and compiled once. Default: false, each time they are rendered. */
  readonly cache?: boolean;
  readonly plugins?: readonly object[];
  readonly [option: string]: unknown;
}

/** What `pugFragments` returns. */
export interface PugFragments extends FragmentViews<string | PugTemplate> {
  /** Compiles a text, to be rendered by `render`. Includes are relative to `filename`. */
  compile(text: string, filename?: string): PugTemplate;
}

/**
 * Templates of Pug with the mixins `cache` and `hole`. They are rendered by the name of a file, or compiled from a text.
 *
 * Blocks run where they stand, with the variables of that moment, so a template with fragments that are missing runs again for each
 * level of them.
 *
 * @example
 * const views = pugFragments(pug, fragments, { views: 'views', cache: true });
 * // +cache('city', city.id, { ttl: '5m' })
 * //   h1= city.name
 * const html = await views.render('city', { city });
 *
 * @throws CacheError `ERR_CACHE_PLACE` from `compile` and `render`, for a template that declares a mixin of one of these names
 */
export function pugFragments(pug: PugModule, fragments: Fragments, options: PugOptions = {}): PugFragments {
  const { views = '.', cache = false, plugins = [], ...others } = options;
  const kept = new Map<string, PugTemplate>();
  const begin: Begin = (capture, print) => ({
    cache(digest, ...values) {
      const { block = () => {} } = this;
      const html = runTag(() => {
        const call = takeBlockCall([...values, block]);
        return fragments.blockInPlace(fragmentOf(call.positional, call.named, digest), () => capture(block));
      });
      print(html);
    },
    hole: (name) => print(runTag(() => fragments.hole(nameOf(name)))),
  });
  const compile = (text: string, filename?: string): PugTemplate => {
    const template = pug.compile(text, { ...others, filename, plugins: [...plugins, marking(text)] });
    return (locals) => template({ ...locals, [BEGIN]: begin });
  };
  const load = (name: string): PugTemplate => {
    const file = resolve(views, extname(name) === '' ? `${name}.pug` : name);
    const known = kept.get(file);
    if (known !== undefined) return known;
    const template = compile(readFileSync(file, 'utf8'), file);
    if (cache) {
      if (kept.size >= MAX_TEMPLATES) kept.clear();
      kept.set(file, template);
    }
    return template;
  };
  return {
    compile,
    render(template, locals = {}, page) {
      const run = (): string => (typeof template === 'string' ? load(template) : template)(fragments.guard(locals));
      return fragments.page(run, page);
    },
  };
}

/** What every template calls first, with its own ways to catch what a block prints, and to print. */
type Begin = (capture: (block: () => void) => string, print: (html: string) => void) => Mixins;

interface Mixins {
  cache(this: { readonly block?: () => void }, digest: string, ...values: unknown[]): void;
  hole(name: unknown): void;
}

/** The local in which templates find it. */
const BEGIN = '@cache/fragments';

/** The generated code has all it prints in this variable. */
const BEGINNING =
  `Object.assign(pug_mixins, locals[${JSON.stringify(BEGIN)}](function (block) { ` +
  'var before = pug_html; pug_html = ""; try { block(); return pug_html; } finally { pug_html = before; } ' +
  '}, function (html) { pug_html += html; }));';

/** Templates that are kept compiled, of which there are as many as files. */
const MAX_TEMPLATES = 1_000;

/** A node of a syntax tree of Pug. */
interface PugNode {
  readonly type: string;
  readonly name?: string;
  readonly call?: boolean;
  args?: string | null;
  readonly file?: { readonly str?: string; readonly ast?: PugNode } | null;
  readonly nodes?: PugNode[];
}

/** Gives calls of `cache` the digest of the file that they stand in, with all that it includes or extends. */
function marking(text: string): object {
  return {
    postLoad(tree: PugNode) {
      markFile(tree, text);
      return tree;
    },
    preCodeGen(tree: PugNode) {
      tree.nodes?.unshift({
        type: 'Code',
        val: BEGINNING,
        buffer: false,
        mustEscape: false,
        isInline: false,
        debug: false,
      } as PugNode);
      return tree;
    },
  };
}

/** Marks the calls in a file and in those that it names; the texts of all of them. */
function markFile(tree: PugNode, text: string): string[] {
  const nodes = [...walk(tree)];
  const named = nodes.flatMap(({ file }) => {
    if (file?.str === undefined) return [];
    return file.ast === undefined ? [file.str] : markFile(file.ast, file.str);
  });
  const texts = [text, ...named];
  const digest = digestOf(texts);
  for (const node of nodes) {
    if (node.type !== 'Mixin') continue;
    if (node.call !== true && (node.name === 'cache' || node.name === 'hole')) throw declared(node.name);
    if (node.call === true && node.name === 'cache') {
      node.args = [JSON.stringify(digest), ...(node.args ? [node.args] : [])].join(', ');
    }
  }
  return texts;
}

function declared(name: string): CacheError {
  const message = `A template of Pug declares the mixin \`${name}\`, which is that of the fragments; allowed: another name.`;
  return new CacheError('ERR_CACHE_PLACE', message);
}

/** The nodes of one file. */
function* walk(node: unknown): Generator<PugNode> {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node) yield node as PugNode;
  for (const [name, child] of Object.entries(node)) if (name !== 'file') yield* walk(child);
}
