import type { Fragments, PageOptions } from '../../../src/fragments/index.ts';
import type { Partials, Template } from './template.ts';

/** A template engine under contract. */
export interface FragmentEngine {
  /** A new environment of the engine, with these partial templates. */
  open(fragments: Fragments, partials?: Partials): FragmentPages;
  /** What the engine does not have, and why. */
  readonly without?: { readonly digests?: string };
}

/** Renders templates of one environment. */
export interface FragmentPages {
  readonly render: (template: Template, locals?: object, page?: PageOptions) => Promise<string>;
}
