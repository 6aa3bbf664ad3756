import { type Entry, isFresh } from './entry.ts';
import { CacheError, isRefusal } from './errors.ts';
import type { Space } from './space.ts';

/** What becomes of a key: nothing changes, or `next` (`undefined`: nothing) takes the place of what is there. */
export type Change<R> =
  | { readonly keep: true; readonly result: R }
  | { readonly keep: false; readonly next: Entry | undefined; readonly result: R };

/** Rounds of look and swap before a key counts as too contended. */
const MAX_ROUNDS = 100;

/**
 * Changes a key depending on what is there, atomically for everybody who shares the store: looks, decides, and swaps if
 * nothing changed meanwhile, else looks again. `undefined` if the backend failed (which is reported).
 *
 * @param decide is given the entry, if there is one; may be called several times
 * @param given which entries it is given: fresh ones only, or stale ones too
 * @throws CacheError `ERR_CACHE_CONTENTION` after a hundred rounds; `ERR_CACHE_VALUE` if the backend refuses the value
 */
export async function update<R>(
  space: Space,
  id: string,
  decide: (entry: Entry | undefined, now: number) => Change<R>,
  given: 'fresh' | 'usable' = 'fresh',
): Promise<R | undefined> {
  const { clock, store } = space.root;
  try {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const found = store.get(id);
      // Where the backend answers at once there is not even a microtask between the look and the swap.
      const stored = found instanceof Promise ? await space.inTime(found) : found;
      const now = clock.now();
      const usable = space.ifUsable(id, stored, now);
      const counts = usable !== undefined && (given === 'usable' || isFresh(usable, now));
      const change = decide(counts ? usable : undefined, now);
      if (change.keep) return change.result;
      space.fence(id);
      const swapping = store.swap(id, usable ?? (store.capabilities.shared ? stored : undefined), change.next);
      if (swapping instanceof Promise ? await space.inTime(swapping) : swapping) return change.result;
      await othersFirst();
    }
  } catch (error) {
    if (isRefusal(error)) throw error;
    space.report('backend swap', error);
    return undefined;
  }
  throw new CacheError('ERR_CACHE_CONTENTION', `The key was changed by others ${MAX_ROUNDS} times in a row.`);
}

function othersFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
