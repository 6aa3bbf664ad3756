import { createHash } from 'node:crypto';
import { currentPass, type Pass } from './pass.ts';

/** Texts whose digests are kept, so that a template is hashed once. Texts that were compiled are kept anyway. */
const MAX_TEXTS = 1_000;

/** The text of a template, and the name that no other template has. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** What an engine says about its templates. */
export interface TemplateLanguage {
  /** The names of the templates that a text includes, as far as they are written in it. */
  readonly references: (text: string) => readonly string[];
  /** What a name means within the template of another name; `undefined` if it cannot be told. */
  readonly find: (name: string, within: string) => NamedText | undefined;
}

interface Template {
  readonly digest: string;
  readonly references: readonly string[];
}

interface NamedDigest {
  readonly name: string;
  readonly digest: string;
}

/** Digests of templates: each changes with its text and with the text of every template that it names. */
export class TemplateDigests {
  readonly #language: TemplateLanguage;
  readonly #templates = new Map<string, Template>();
  readonly #compiled = new Map<string, string>();
  readonly #passes = new WeakMap<Pass, Map<Template, NamedDigest>>();

  constructor(language: TemplateLanguage) {
    this.#language = language;
  }

  /** A short name for a template with this text, to be compiled into it. */
  add(text: string): string {
    const { digest } = this.#template(text);
    this.#compiled.set(digest, text);
    return digest;
  }

  /** The digest, as of now, of the template of this name; the name itself if another process compiled it. */
  resolve(name: string): string {
    const text = this.#compiled.get(name);
    return text === undefined ? name : this.of(text);
  }

  /**
   * The digest, as of now, of a template with this text; with this name, if what it includes is named relative to it. Within one
   * run of an engine it stays the same, so that included templates are looked at once and not for each fragment.
   */
  of(text: string, name: string = ''): string {
    const own = this.#template(text);
    if (own.references.length === 0) return own.digest;
    const pass = currentPass();
    const known = (pass && this.#passes.get(pass)) ?? new Map<Template, NamedDigest>();
    const before = known.get(own);
    if (before?.name === name) return before.digest;
    const digest = hash(
      this.#texts(text, name)
        .map((each) => this.#template(each).digest)
        .join(),
    );
    if (pass !== undefined) this.#passes.set(pass, known.set(own, { name, digest }));
    return digest;
  }

  /** The text and those of all templates that it names, each once. */
  #texts(text: string, name: string): string[] {
    const texts = new Map([[name, text]]);
    for (const [within, each] of texts) {
      for (const reference of this.#template(each).references) {
        const found = this.#language.find(reference, within);
        if (found !== undefined && !texts.has(found.name)) texts.set(found.name, found.text);
      }
    }
    return [...new Set(texts.values())];
  }

  #template(text: string): Template {
    const known = this.#templates.get(text);
    if (known !== undefined) return known;
    const template = { digest: hash(text), references: this.#language.references(text) };
    if (this.#templates.size >= MAX_TEXTS) this.#templates.clear();
    this.#templates.set(text, template);
    return template;
  }
}

/** The same name everywhere. */
export function namedText(name: string, text: string | undefined): NamedText | undefined {
  return text === undefined ? undefined : { name, text };
}

/** One digest of several texts. */
export function digestOf(texts: Iterable<string>): string {
  return hash([...new Set(texts)].map(hash).join());
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
