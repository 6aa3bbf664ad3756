import type { Key, KeyPart } from '../key.ts';
import type { GetOrSetOptions } from '../value-loads.ts';
import type { RenderBlock } from './fragment.ts';
import type { PassContext } from './pass.ts';
import type { Shelf } from './shelf.ts';

/** Where a fragment is kept. One is made for every hit, so it does next to nothing. */
export class Place {
  readonly shelf: Shelf;
  readonly id: string;
  readonly #locale: string | null;
  readonly #digest: string | null;
  readonly #varyOn: readonly KeyPart[];

  constructor(shelf: Shelf, locale: string | null, digest: string | null, varyOn: readonly KeyPart[]) {
    this.shelf = shelf;
    this.id = shelf.id(locale, digest, varyOn);
    this.#locale = locale;
    this.#digest = digest;
    this.#varyOn = varyOn;
  }

  get key(): Key {
    return this.shelf.key(this.#locale, this.#digest, this.#varyOn);
  }
}

/** A fragment that a page asks for, with all that it takes to find or to make it. */
export interface Wanted {
  readonly shelf: Shelf;
  readonly key: Key;
  readonly id: string;
  readonly options: GetOrSetOptions;
  readonly render: RenderBlock;
  /** What holds while the block runs. */
  readonly inside: PassContext;
  /** Whether the block can be rendered at any time, or only where the engine comes to it. */
  readonly renders: 'any time' | 'in place';
}
