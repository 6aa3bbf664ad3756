import type { PageOptions } from './fragments.ts';

/** A template engine whose templates may have cached blocks. */
export interface FragmentViews<Template> {
  /**
   * Renders a page: its fragments come from the cache, its holes are filled. Sensitive locals cannot be read in cached blocks.
   *
   * @throws what the template throws; CacheError `ERR_CACHE_SENSITIVE`, `ERR_CACHE_OPTION`, `ERR_CACHE_KEY`
   */
  render(template: Template, locals?: object, page?: PageOptions): Promise<string>;
}
