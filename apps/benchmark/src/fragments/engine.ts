import type { Fragments } from '@cache/core/fragments';
import type { Card } from './card.ts';

/** Renders a page with a block for each of its items. */
export type RenderPage = (cards: readonly Card[]) => string | Promise<string>;

/** What a page is made of: a card, or a row with a name and a number. */
export type Block = 'card' | 'row';

/** A template engine in which the same page is written, with cached blocks and without. */
export interface PageEngine {
  readonly name: string;
  /** As the engine is used where nothing is cached. */
  readonly plain: (block: Block) => RenderPage;
  readonly cached: (block: Block, fragments: Fragments) => RenderPage;
}
