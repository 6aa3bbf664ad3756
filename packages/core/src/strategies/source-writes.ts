import { CacheError, invalidOption, show } from '../errors.ts';
import type { Removal, Save, WriteContext, WriteFailure, WriteOutcome, WriteSource } from './source.ts';

const FUNCTIONS = ['save', 'remove', 'saveMany', 'removeMany'] as const;

/** Checks what values are written to. @throws CacheError `ERR_CACHE_OPTION` */
export function checkWriteSource(source: unknown): void {
  const given = (source ?? {}) as Record<string, unknown>;
  if (typeof given['save'] !== 'function') throw invalidOption('save', given['save'], 'a function of the source');
  for (const name of FUNCTIONS) {
    if (given[name] !== undefined && typeof given[name] !== 'function') {
      throw invalidOption(name, given[name], 'a function');
    }
  }
}

/** Checks that a source can remove. @throws CacheError `ERR_CACHE_OPTION` */
export function checkCanRemove<K, V>(source: WriteSource<K, V>): void {
  if (source.remove !== undefined || source.removeMany !== undefined) return;
  throw new CacheError('ERR_CACHE_OPTION', 'The source has no `remove`, so that nothing can be deleted.', 'remove');
}

/** What a source is told about the first attempt at a new write. */
export function newWrite(): WriteContext {
  return { id: crypto.randomUUID(), attempt: 1, signal: new AbortController().signal };
}

/** The first attempt at a new write of a value; a signal, which costs as much as the rest, is made where one asks for it. */
export function newSave<K, V>(key: K, value: V): Save<K, V> {
  let signal: AbortSignal | undefined;
  return {
    key,
    value,
    id: crypto.randomUUID(),
    attempt: 1,
    get signal() {
      signal ??= new AbortController().signal;
      return signal;
    },
  };
}

/**
 * Writes several values, in one step if the source can; those that were not written.
 *
 * @throws what the source throws if none was
 */
export async function saveAll<K, V>(
  source: WriteSource<K, V>,
  saves: readonly Save<K, V>[],
): Promise<readonly WriteFailure<K>[]> {
  const [first] = saves;
  if (first === undefined) return [];
  if (saves.length > 1 && source.saveMany !== undefined) return outcomeOf('saveMany', await source.saveMany(saves));
  return eachAlone(saves, (save) => source.save(save.key, save.value, save));
}

/** `saveAll` for removals. */
export async function removeAll<K, V>(
  source: WriteSource<K, V>,
  removals: readonly Removal<K>[],
): Promise<readonly WriteFailure<K>[]> {
  const [first] = removals;
  if (first === undefined) return [];
  if ((removals.length > 1 || source.remove === undefined) && source.removeMany !== undefined) {
    return outcomeOf('removeMany', await source.removeMany(removals));
  }
  return eachAlone(removals, (removal) => source.remove?.(removal.key, removal));
}

/**
 * What a source answered to a write of several: a result of its database by mistake must not be taken for failures, nor for success.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
function outcomeOf<K>(name: string, given: WriteOutcome<K> | null): readonly WriteFailure<K>[] {
  if (given === undefined || given === null) return [];
  const isFailure = (each: unknown): boolean =>
    typeof each === 'object' && each !== null && 'key' in each && 'error' in each;
  const failures: readonly WriteFailure<K>[] | undefined = Array.isArray(given) ? given : undefined;
  if (failures?.every(isFailure) === true) return failures;
  const allowed = 'nothing, or an array of `{ key, error }` with what was not done';
  throw new CacheError('ERR_CACHE_OPTION', `\`${name}\` returned ${show(given)}; allowed: ${allowed}.`, name);
}

/** Failures in a row after which it is hardly the values that are at fault. */
const MOST_IN_ROW = 3;

/** One after the other, because nobody knows how many the source bears at once; the rest is left once several in a row failed. */
async function eachAlone<K, W extends { readonly key: K }>(
  writes: readonly W[],
  write: (each: W) => unknown,
): Promise<WriteOutcome<K> & readonly WriteFailure<K>[]> {
  const failures: WriteFailure<K>[] = [];
  let inRow = 0;
  for (const each of writes) {
    try {
      if (inRow === MOST_IN_ROW) throw failures.at(-1)?.error;
      await write(each);
      inRow = 0;
    } catch (error) {
      if (writes.length === 1) throw error;
      inRow = Math.min(inRow + 1, MOST_IN_ROW);
      failures.push({ key: each.key, error });
    }
  }
  return failures;
}
