import { type Cache, spaceOf } from '../cache.ts';
import type { Key } from '../key.ts';

/**
 * The tag that a value read through `cached` has besides those of its author, so that what was made from it goes when it is
 * invalidated or replaced by its key.
 *
 * @throws CacheError `ERR_CACHE_KEY`
 */
export function ownTag(cache: Cache, key: Key): string {
  return `key:${spaceOf(cache).id(key)}`;
}

/**
 * Invalidates tags for a caller whose own work is done, and who must not fail because others could not be told: a failure is an
 * `error` event.
 */
export async function invalidateOrReport(cache: Cache, tags: readonly string[]): Promise<void> {
  try {
    await cache.invalidateTags(tags);
  } catch (error) {
    spaceOf(cache).report('invalidate', error);
  }
}
