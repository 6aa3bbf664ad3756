import type { Html } from './html.ts';

/** What a view makes: the part of a page between header and footer, and what the layout must know. */
export interface View {
  readonly title: string;
  readonly main: Html;
  /** The navigation entry that this page belongs to. */
  readonly section?: 'countries' | 'search' | 'favourites';
}

/** A cached value that was read while a page was made. */
export interface Read {
  readonly label: string;
  /** How it stands between the atlas and its database, where that has a name. */
  readonly strategy?: string | undefined;
  /** How it was had: found in the cache, made now, or made by another request at the same time. */
  readonly how: 'hit' | 'load' | 'shared';
  /** Age of a hit, duration of a load; milliseconds. */
  readonly milliseconds: number;
}

/** How a page came to be. */
export interface Making {
  readonly madeAt: Date;
  readonly reads: readonly Read[];
}

/** Addresses of the files that every page needs. */
export interface AssetUrls {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
}
