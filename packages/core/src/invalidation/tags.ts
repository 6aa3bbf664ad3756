import { invalidOption } from '../errors.ts';

/**
 * Checks tags as callers give them: non-empty strings. Names that begin with a NUL character are the library's own.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function validateTags(tags: readonly string[], option: string = 'tags'): readonly string[] {
  if (!(tags instanceof Array)) throw invalidOption(option, tags, 'an array of non-empty strings');
  for (const tag of tags as readonly unknown[]) {
    if (typeof tag !== 'string' || tag === '' || tag.startsWith('\0')) {
      throw invalidOption(option, tag, 'non-empty strings that do not begin with a NUL character');
    }
  }
  return tags;
}
