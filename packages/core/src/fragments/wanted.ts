import type { Key } from '../key.ts';
import type { GetOrSetOptions } from '../value-loads.ts';
import type { RenderBlock } from './fragment.ts';
import type { PassContext } from './pass.ts';
import type { Shelf } from './shelf.ts';

/** Where a fragment is kept. */
export interface Place {
  readonly shelf: Shelf;
  readonly key: Key;
  readonly id: string;
}

/** A fragment that a page asks for, with all that it takes to find or to make it. */
export interface Wanted extends Place {
  readonly options: GetOrSetOptions;
  readonly render: RenderBlock;
  /** What holds while the block runs. */
  readonly inside: PassContext;
  /** Whether the block can be rendered at any time, or only where the engine comes to it. */
  readonly renders: 'any time' | 'in place';
}
