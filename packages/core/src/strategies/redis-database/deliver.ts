import type { Removal, Save, WriteFailure, WriteSource } from '../source.ts';
import { removeAll, saveAll } from '../source-writes.ts';

/** Brings writes to a source, in bulk if it can; what it throws means that none was done. */
export async function deliver<K, V>(
  target: WriteSource<K, V>,
  saves: readonly Save<K, V>[],
  removals: readonly Removal<K>[],
): Promise<readonly WriteFailure<K>[]> {
  const saved = await allOrNone(saves, () => saveAll(target, saves));
  const removed = await allOrNone(removals, () => removeAll(target, removals));
  return [...saved, ...removed];
}

async function allOrNone<K>(
  writes: readonly { readonly key: K }[],
  write: () => Promise<readonly WriteFailure<K>[]>,
): Promise<readonly WriteFailure<K>[]> {
  try {
    return await write();
  } catch (error) {
    return writes.map(({ key }) => ({ key, error }));
  }
}
