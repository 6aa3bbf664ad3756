import type { LoaderContext } from '../loader.ts';

/** What a source is told about a read of several values. */
export interface LoadManyContext {
  /** Aborted when nobody waits for the values any more, or at the deadline. Pass it on to what you call. */
  readonly signal: AbortSignal;
}

/**
 * Where values are read from: a database, a service. It says `load`, `loadMany`, or both; each is used where it fits better. Both `undefined` and
 * `null` mean that there is no such value.
 */
export type ReadSource<K, V> =
  | (LoadsOne<K, V> & Partial<LoadsMany<K, V>>)
  | (LoadsMany<K, V> & Partial<LoadsOne<K, V>>);

/** A source that reads one value. */
export interface LoadsOne<K, V> {
  /** Reads the value of a key; `undefined` or `null`: there is none. */
  readonly load: (key: K, context: LoaderContext<V>) => V | null | undefined | Promise<V | null | undefined>;
}

/** A source that reads several values at once. */
export interface LoadsMany<K, V> {
  /** Reads the values of keys, one for each and in their order; `undefined` or `null` for each that has none. */
  readonly loadMany: (
    keys: readonly K[],
    context: LoadManyContext,
  ) => readonly (V | null | undefined)[] | Promise<readonly (V | null | undefined)[]>;
}

/** What a source is told about a write. */
export interface WriteContext {
  /** The same for each attempt at the same write, and for no other: for a source that must not do a write twice. */
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Aborted when the write is given up. */
  readonly signal: AbortSignal;
}

/** A write of several, with the context of each. */
export interface Save<K, V> extends WriteContext {
  readonly key: K;
  readonly value: V;
}

/** A removal of several, with the context of each. */
export interface Removal<K> extends WriteContext {
  readonly key: K;
}

/** One write of several that was not done. */
export interface WriteFailure<K> {
  readonly key: K;
  readonly error: unknown;
}

/** What a write of several answers: nothing if all were done, else those that were not. If it throws, none of them was. */
export type WriteOutcome<K> = void | readonly WriteFailure<K>[];

/** Where values are written to. What it can do in bulk it should say. */
export interface WriteSource<K, V> {
  /** Writes the value of a key, over what is there. */
  readonly save: (key: K, value: V, context: WriteContext) => unknown;
  /** Removes the value of a key; none there is no error. Without it, `delete` is refused with `ERR_CACHE_OPTION`. */
  readonly remove?: (key: K, context: WriteContext) => unknown;
  /** Writes several values in one step. Default: `save` for each. */
  readonly saveMany?: (saves: readonly Save<K, V>[]) => WriteOutcome<K> | Promise<WriteOutcome<K>>;
  /** Removes several values in one step. Default: `remove` for each. */
  readonly removeMany?: (removals: readonly Removal<K>[]) => WriteOutcome<K> | Promise<WriteOutcome<K>>;
}

/** A source for both. */
export type Source<K, V> = ReadSource<K, V> & WriteSource<K, V>;
