import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { invalidOption } from '../errors.ts';
import { type NamedText, TemplateDigests } from './digest.ts';
import type { Fragments } from './fragments.ts';
import { runTag } from './pass.ts';
import { takeBlockCall, fragmentOf, nameOf } from './tag-arguments.ts';
import type { FragmentViews } from './views.ts';

/** A compiled template of EJS. */
export type EjsTemplate = (locals?: object) => string | Promise<string>;

/** What of the module of EJS is used. */
export interface EjsModule {
  readonly Template: new (text: string, options?: object) => EjsSource;
  readonly localsName?: string | undefined;
  fileLoader(file: string): { toString(): string };
  resolveInclude(name: string, from: string, isFolder?: boolean): string;
}

/** A template of it that is to be compiled. */
export interface EjsSource {
  compile(): unknown;
}

/** Options of `ejsFragments`: all those of EJS, and these mean the same here. */
export interface EjsOptions {
  /** Folders in which templates are looked for. Default: the working directory for pages, none for what they include. */
  readonly views?: string | readonly string[];
  /** Folders in which names that begin with a `/` are looked for. Default: `'/'`. */
  readonly root?: string | readonly string[];
  /** Whether templates are read and compiled once. Default: false, each time they are used. */
  readonly cache?: boolean;
  readonly localsName?: string;
  readonly includer?: (name: string, file: string | undefined) => { filename?: string; template?: string };
  readonly [option: string]: unknown;
}

/** What `ejsFragments` returns. */
export interface EjsFragments extends FragmentViews<string | EjsTemplate> {
  /** Compiles a text that is in no file, to be rendered by `render`. */
  compile(text: string): EjsTemplate;
}

/**
 * Templates of EJS with the functions `cache` and `hole`. They are rendered by the name of a file, found as `include` finds it, or
 * compiled from a text.
 *
 * Blocks run where they stand, with the variables of that moment, so a template with fragments that are missing runs again for each
 * level of them. Blocks cannot be asynchronous.
 *
 * @example
 * const views = ejsFragments(ejs, fragments, { views: 'views', cache: true });
 * // <% cache('city', city.id, { ttl: '5m' }, () => { %><h1><%= city.name %></h1><% }) %>
 * const html = await views.render('city', { city });
 */
export function ejsFragments(ejs: EjsModule, fragments: Fragments, options: EjsOptions = {}): EjsFragments {
  const templates = new Templates(ejs, fragments, options);
  return {
    compile: (text) => templates.compile({ name: '', text }),
    render(template, locals = {}, page) {
      const run = (): string | Promise<string> => {
        const compiled = typeof template === 'string' ? templates.load(template, '') : template;
        return compiled(fragments.guard(locals));
      };
      return fragments.page(run, page);
    },
  };
}

/** What every template calls first: with its locals, and with its own ways to print and to catch what a block prints. */
type Begin = (locals: object, print: (html: string) => void, capture: (block: () => unknown) => string) => Functions;

interface Functions {
  cache(...values: unknown[]): void;
  hole(name: unknown): string;
  include(name: string, locals?: object): string | Promise<string>;
}

/** The local in which templates find it. */
const BEGIN = '@cache/fragments';

/** Templates that are kept compiled, of which there are as many as files. */
const MAX_TEMPLATES = 1_000;

class Templates {
  readonly #ejs: EjsModule;
  readonly #fragments: Fragments;
  readonly #options: EjsOptions;
  readonly #digests: TemplateDigests;
  readonly #kept = new Map<string, { readonly source: NamedText; readonly template: EjsTemplate }>();

  constructor(ejs: EjsModule, fragments: Fragments, options: EjsOptions) {
    this.#ejs = ejs;
    this.#fragments = fragments;
    this.#options = options;
    this.#digests = new TemplateDigests({
      references: (text) => [...text.matchAll(/\binclude\(\s*["'`]([^"'`$]+)/g)].map(([, name = '']) => name),
      find: (name, within) => this.#find(name, within),
    });
  }

  /**
   * The template that a name means within a file.
   *
   * @throws CacheError `ERR_CACHE_OPTION` if there is none
   */
  load(name: string, within: string): EjsTemplate {
    const source = this.#find(name, within);
    if (source === undefined) throw invalidOption('template', name, 'a file, whole or in one of `views`');
    const kept = this.#kept.get(source.name);
    if (kept !== undefined) return kept.template;
    const template = this.compile(source);
    if (this.#options.cache === true) {
      if (this.#kept.size >= MAX_TEMPLATES) this.#kept.clear();
      this.#kept.set(source.name, { source, template });
    }
    return template;
  }

  compile(source: NamedText): EjsTemplate {
    const { name, text } = source;
    const named = name === '' ? {} : { filename: name };
    const template = new this.#ejs.Template(text, { ...this.#options, ...named }) as GeneratedSource;
    const generate = template.generateSource.bind(template);
    const locals = this.#options.localsName ?? this.#ejs.localsName ?? 'locals';
    template.generateSource = () => {
      generate();
      template.source = beginning(locals) + template.source;
    };
    const run = template.compile() as EjsTemplate;
    const begin: Begin = (...means) => this.#functions(source, ...means);
    return (given) => run({ ...given, [BEGIN]: begin });
  }

  #functions({ name: file, text }: NamedText, ...[locals, print, capture]: Parameters<Begin>): Functions {
    const fragments = this.#fragments;
    return {
      cache: (...values) => {
        const html = runTag(() => {
          const { positional, named, block } = takeBlockCall(values);
          const fragment = fragmentOf(positional, named, this.#digests.of(text, file));
          return fragments.blockInPlace(fragment, () => capture(() => runNow(block)));
        });
        print(html);
      },
      hole: (name) => runTag(() => fragments.hole(nameOf(name))),
      include: (name, given) => this.load(name, file)({ ...locals, ...given }),
    };
  }

  #find(name: string, within: string): NamedText | undefined {
    const file = this.#locate(name, within);
    const given = this.#options.includer?.(name, file);
    const full = given?.filename ?? file ?? name;
    if (given?.template !== undefined) return { name: full, text: given.template };
    const kept = this.#kept.get(full);
    if (kept !== undefined) return kept.source;
    if (file === undefined && given?.filename === undefined) return undefined;
    return {
      name: full,
      text: this.#ejs
        .fileLoader(full)
        .toString()
        .replace(/^\uFEFF/, ''),
    };
  }

  #locate(name: string, within: string): string | undefined {
    const isRooted = isAbsolute(name);
    if (isRooted && within === '') return this.#ejs.resolveInclude(name, '/', true);
    const { root = '/', views = within === '' ? '.' : [] } = this.#options;
    const folders = isRooted ? root : views;
    const path = isRooted ? name.replace(/^\/*/, '') : name;
    const near = isRooted || within === '' ? [] : [this.#ejs.resolveInclude(path, within)];
    const inFolders = (typeof folders === 'string' ? [folders] : folders).map((folder) =>
      this.#ejs.resolveInclude(path, folder, true),
    );
    return [...near, ...inFolders].find((file) => existsSync(file));
  }
}

/** What the types of EJS do not say. */
interface GeneratedSource extends EjsSource {
  source: string;
  generateSource(): void;
}

/** What the generated code begins with, in the scope in which it prints. */
function beginning(locals: string): string {
  const capture =
    '(block) => { const before = __output; __output = ""; ' +
    'try { block(); return __output; } finally { __output = before; } }';
  return `const { cache, hole, include } = ${locals}[${JSON.stringify(BEGIN)}](${locals}, __append, ${capture});\n`;
}

function runNow(block: () => unknown): void {
  const result = block();
  if (!(result instanceof Promise)) return;
  result.catch(() => {});
  throw invalidOption('block', block, 'a function that is not asynchronous');
}
