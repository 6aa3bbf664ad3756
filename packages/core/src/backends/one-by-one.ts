import type { Entry } from '../entry.ts';
import type { MaybePromise, Store } from './backend.ts';

/** The calls for several keys, for a store that has only those for one. */
export abstract class OneByOne implements Pick<Store, 'getMany' | 'setMany' | 'deleteMany'> {
  abstract get(key: string): MaybePromise<Entry | undefined>;
  abstract set(key: string, entry: Entry): MaybePromise<void>;
  abstract delete(key: string): MaybePromise<boolean>;

  getMany(keys: readonly string[]): MaybePromise<(Entry | undefined)[]> {
    return together(keys.map((key) => this.get(key)));
  }

  setMany(pairs: readonly (readonly [string, Entry])[]): MaybePromise<void> {
    let refusal: { readonly error: unknown } | undefined;
    const done = together(
      pairs.map(([key, entry]) => {
        try {
          return this.set(key, entry);
        } catch (error) {
          // The others are written all the same, so that no key keeps an older value.
          refusal ??= { error };
        }
      }),
    );
    if (done instanceof Promise) return done.then(() => {});
    if (refusal !== undefined) throw refusal.error;
  }

  deleteMany(keys: readonly string[]): MaybePromise<number> {
    const deleted = together(keys.map((key) => this.delete(key)));
    return deleted instanceof Promise ? deleted.then(count) : count(deleted);
  }
}

function together<T>(results: MaybePromise<T>[]): MaybePromise<T[]> {
  return results.some((result) => result instanceof Promise) ? Promise.all(results) : (results as T[]);
}

function count(results: readonly boolean[]): number {
  return results.filter(Boolean).length;
}
