import { type Cache, defaultsOf } from '../../cache.ts';
import { isolate } from '../../isolation.ts';
import type { ReadSource, Removal, Save, Source, WriteFailure, WriteSource } from '../source.ts';
import type { Intake } from './intake.ts';
import type { WriteKind, WriteQueue } from './journal.ts';

/** What turns writes of a repository into writes of its journal. */
export interface Journaling<K> {
  readonly cache: Cache;
  readonly queue: WriteQueue;
  readonly intake: Intake;
  readonly nameOf: (key: K) => string;
  /** Resolves when the journal is open. @throws why it cannot be opened */
  readonly opened: () => Promise<void> | undefined;
}

/** A source whose writes are done as soon as the journal has them. */
export function journaledSource<K, V>(
  reads: ReadSource<K, V>,
  writes: WriteSource<K, V>,
  journaling: Journaling<K>,
): Source<K, V> {
  const { cache, queue, intake, nameOf, opened } = journaling;
  const add = async (kind: WriteKind, key: K, value?: V): Promise<void> => {
    const isolated = isolate(value, defaultsOf(cache).values);
    const packed = queue.pack({ name: nameOf(key), kind, key, ...isolated });
    const opening = opened();
    if (opening !== undefined) await opening;
    await intake.add(packed);
  };
  const addAll = async (added: readonly (readonly [key: K, adding: Promise<void>])[]): Promise<WriteFailure<K>[]> => {
    const settled = await Promise.allSettled(added.map(([, adding]) => adding));
    return settled.flatMap((each, index) => {
      const [key] = added[index] ?? [];
      return each.status === 'rejected' ? [{ key: key as K, error: each.reason as unknown }] : [];
    });
  };
  const canRemove = writes.remove !== undefined || writes.removeMany !== undefined;
  return {
    ...reads,
    save: (key: K, value: V) => add('save', key, value),
    saveMany: (saves: readonly Save<K, V>[]) => addAll(saves.map(({ key, value }) => [key, add('save', key, value)])),
    ...(canRemove && {
      remove: (key: K) => add('remove', key),
      removeMany: (removals: readonly Removal<K>[]) => addAll(removals.map(({ key }) => [key, add('remove', key)])),
    }),
  };
}
