import {
  type Context,
  Drop,
  type Emitter,
  evalToken,
  Hash,
  type Liquid,
  type Parser,
  Tag,
  type TagToken,
  type Template,
  type TopLevelToken,
  toPromise,
  type ValueToken,
} from 'liquidjs';
import { namedText, TemplateDigests } from './digest.ts';
import type { Fragments } from './fragments.ts';
import { runTag } from './pass.ts';
import { fragmentOf, nameOf } from './tag-arguments.ts';
import type { FragmentViews } from './views.ts';

/**
 * Gives an engine of LiquidJS the tags `cache` and `hole`. Templates have to be rendered by the `render` that is returned: one that
 * was parsed, or the name of a file.
 *
 * Blocks of fragments that are missing run after the template around them, so what a tag around a block captures is a mark, and
 * what a block assigns stays in it.
 *
 * @example
 * const liquid = new Liquid({ root: 'views' });
 * const views = liquidFragments(liquid, fragments);
 * const template = liquid.parse(`{% cache 'city', city.id, ttl: '5m' %}<h1>{{ city.name | escape }}</h1>{% endcache %}`);
 * const html = await views.render(template, { city });
 */
export function liquidFragments(liquid: Liquid, fragments: Fragments): FragmentViews<string | Template[]> {
  const digests = new TemplateDigests({
    references: (text) =>
      [...text.matchAll(/\{%-?\s*(?:include|render|layout)\s+["']([^"']+)/g)].map(([, name = '']) => name),
    find: (name) => namedText(name, textOf(liquid, name)),
  });
  class CacheTag extends Tag {
    readonly #values: readonly ValueToken[];
    readonly #named: Hash;
    readonly #templates: Template[];
    readonly #source: string;

    constructor(token: TagToken, rest: TopLevelToken[], engine: Liquid, parser: Parser) {
      super(token, rest, engine);
      this.#values = positional(this.tokenizer);
      this.#named = new Hash(this.tokenizer);
      this.#source = token.input;
      this.#templates = [];
      const end = parser
        .parseStream(rest)
        .on('tag:endcache', () => void end.stop())
        .on('template', (template: Template) => void this.#templates.push(template))
        .on('end', () => {
          throw new Error(`tag ${token.getText()} not closed`);
        });
      end.start();
    }

    *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      const values: unknown[] = [];
      for (const value of this.#values) values.push(yield evalToken(value, context));
      const named = (yield this.#named.render(context)) as Record<string, unknown>;
      const digest = digests.of(this.#source);
      const capture = (): (() => Promise<string>) => {
        const inside = snapshot(context);
        return () => toPromise(this.liquid.renderer.renderTemplates(this.#templates, inside)) as Promise<string>;
      };
      emitter.write(yield runTag(() => fragments.blockLater(fragmentOf(values, named, digest), capture)));
    }

    // oxlint-disable-next-line require-yield -- the engine asks for a generator
    *children(): Generator<unknown, Template[]> {
      return this.#templates;
    }
  }
  class HoleTag extends Tag {
    readonly #name: ValueToken;

    constructor(token: TagToken, rest: TopLevelToken[], engine: Liquid) {
      super(token, rest, engine);
      this.#name = this.tokenizer.readValueOrThrow();
    }

    *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      const name: unknown = yield evalToken(this.#name, context);
      emitter.write(runTag(() => fragments.hole(nameOf(name))));
    }
  }
  liquid.registerTag('cache', CacheTag);
  liquid.registerTag('hole', HoleTag);
  return {
    render(template, locals = {}, page) {
      const run = (): Promise<string> => {
        const guarded = fragments.guard(locals);
        return typeof template === 'string' ? liquid.renderFile(template, guarded) : liquid.render(template, guarded);
      };
      return fragments.page(run, page);
    },
  };
}

/** The values before the first `name: value`. */
function positional(tokenizer: Tag['tokenizer']): ValueToken[] {
  const values: ValueToken[] = [];
  for (;;) {
    tokenizer.skipBlank();
    const start = tokenizer.p;
    if (tokenizer.readIdentifier().size() > 0) {
      tokenizer.skipBlank();
      const isNamed = tokenizer.peek() === ':';
      tokenizer.p = start;
      if (isNamed) return values;
    }
    const value = tokenizer.readValue();
    if (value === undefined) return values;
    values.push(value as ValueToken);
    tokenizer.skipBlank();
    if (tokenizer.peek() === ',') tokenizer.advance();
  }
}

/** A context with the variables as they are now: a loop changes them, and its own object, when it goes on. */
function snapshot(context: Context): Context {
  const variables = Object.assign({}, context.getAll()) as Record<string, unknown>;
  for (const name of ['forloop', 'tablerowloop']) {
    const loop = variables[name];
    if (loop instanceof Drop)
      variables[name] = Object.assign(Object.create(Object.getPrototypeOf(loop) as object), loop);
  }
  const inside = context.spawn(variables);
  Object.assign(inside['registers'] as object, context['registers']);
  return inside;
}

function textOf(liquid: Liquid, name: string): string | undefined {
  try {
    return liquid.parseFileSync(name)[0]?.token.input ?? '';
  } catch {
    return undefined;
  }
}
