import { isDeepStrictEqual } from 'node:util';
import { type Cache, spaceOf } from '../../cache.ts';
import { invalidateOrReport } from '../own-tag.ts';
import type { PendingWrite } from './journal.ts';

/**
 * Drops from the cache what is there under the names of these writes, now that they are in the database, and is something else: put there
 * by who read the database before, or left there because a write of the cache failed. What was written later shows in the queue first.
 */
export async function dropOthers(cache: Cache, writes: readonly PendingWrite[]): Promise<void> {
  const entries = await spaceOf(cache).readMany(writes.map(({ name }) => name));
  const others = writes.filter((write, index) => {
    const entry = entries[index];
    return entry !== undefined && !isDeepStrictEqual(entry.value, write.value ?? null);
  });
  await drop(cache, others);
}

/** Drops what is there under the names of these writes, and what was made from it. */
export async function drop(cache: Cache, writes: readonly PendingWrite[]): Promise<void> {
  if (writes.length === 0) return;
  const space = spaceOf(cache);
  for (const { name } of writes) space.fence(name);
  await space.removeMany(writes.map(({ name }) => name));
  await invalidateOrReport(
    cache,
    writes.map(({ name }) => `key:${name}`),
  );
}
