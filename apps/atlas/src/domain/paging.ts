import type { Slice } from './model.ts';

/** Puts a list's part and its total into one page. A list without items has one empty page. */
export function slice<Item>(items: readonly Item[], total: number, page: number, size: number): Slice<Item> {
  return { items, total, page, pages: Math.max(1, Math.ceil(total / size)) };
}
