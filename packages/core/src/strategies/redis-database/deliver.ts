import type { Removal, Save, WriteFailure, WriteOutcome, WriteSource } from '../source.ts';

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

async function saveAll<K, V>(target: WriteSource<K, V>, saves: readonly Save<K, V>[]): Promise<WriteOutcome<K>> {
  if (target.saveMany !== undefined) return target.saveMany(saves);
  return oneByOne(saves, ({ key, value, ...context }) => target.save(key, value, context));
}

async function removeAll<K, V>(target: WriteSource<K, V>, removals: readonly Removal<K>[]): Promise<WriteOutcome<K>> {
  if (target.removeMany !== undefined) return target.removeMany(removals);
  return oneByOne(removals, ({ key, ...context }) => target.remove?.(key, context));
}

async function allOrNone<K>(
  writes: readonly { readonly key: K }[],
  write: () => Promise<WriteOutcome<K>>,
): Promise<readonly WriteFailure<K>[]> {
  if (writes.length === 0) return [];
  try {
    return (await write()) ?? [];
  } catch (error) {
    return writes.map(({ key }) => ({ key, error }));
  }
}

/** Each on its own; the rest is left once three in a row failed, because then it is hardly they that are at fault. */
async function oneByOne<K, W extends { readonly key: K }>(
  writes: readonly W[],
  write: (each: W) => unknown,
): Promise<readonly WriteFailure<K>[]> {
  const failures: WriteFailure<K>[] = [];
  let inRow = 0;
  for (const each of writes) {
    try {
      if (inRow < MOST_IN_ROW) await write(each);
      else throw failures.at(-1)?.error;
      inRow = 0;
    } catch (error) {
      inRow += 1;
      failures.push({ key: each.key, error });
    }
  }
  return failures;
}

const MOST_IN_ROW = 3;
