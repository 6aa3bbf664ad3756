import { type Duration, toMilliseconds } from '../../duration.ts';
import type { Lifetime } from '../../entry.ts';
import { CacheError, invalidOption } from '../../errors.ts';
import type { Key } from '../../key.ts';
import type { Arguments } from '../call-options.ts';

/** Whether an item was there when it was asked for: fresh, past its lifetime, or not at all. */
export type ItemStatus = 'hit' | 'stale' | 'miss';

/** An item that is not there as it should be. */
export interface ItemState {
  readonly status: 'stale' | 'miss';
  /** Milliseconds since the item was fetched; `undefined` for a `'miss'`. */
  readonly age: number | undefined;
}

/** How a call of `get` came to its answer. */
export interface ItemCall<Args extends Arguments> {
  readonly args: Args;
  readonly status: ItemStatus;
  /** Whether the item was fetched while the reader waited. */
  readonly synchronous: boolean;
}

/** What a kind of items says about itself. It is asked at each use, because subclasses say it after their base was made. */
export interface ItemRules<Args extends Arguments, Value, Result> {
  readonly name: string;
  readonly lifetime: Duration;
  readonly staleWhileRevalidate: Duration;
  readonly staleIfError: Duration;
  readonly refreshTimeout: Duration;
  readonly fetchOnStaleThreshold: Duration | undefined;
  readonly loadTimeout: Duration | undefined;
  key(...args: Args): Key;
  tags(...args: Args): readonly string[];
  empty(...args: Args): Value;
  shouldFetchSynchronously(state: ItemState, ...args: Args): boolean;
  processResult(value: Value, call: ItemCall<Args>): Result;
}

/** The times of `ItemRules` in milliseconds. */
export interface ItemTimes {
  readonly lifetime: Lifetime;
  readonly refreshTimeout: number;
  readonly loadTimeout: number | undefined;
}

/** How long an item is fresh, if nothing else is said. */
export const LIFETIME: Duration = '10m';
/** How long a stale item is kept for readers, if nothing else is said. */
export const KEPT_STALE: Duration = '30d';
/** How long a refresh may be under way before it counts as lost, if nothing else is said. */
export const REFRESH_TIMEOUT: Duration = '1m';

/** @throws CacheError `ERR_CACHE_OPTION` */
export function checkedTimes(rules: ItemRules<never, never, unknown>): ItemTimes {
  if (typeof rules.name !== 'string' || rules.name === '')
    throw invalidOption('name', rules.name, 'a non-empty string');
  const { loadTimeout, fetchOnStaleThreshold } = rules;
  if (fetchOnStaleThreshold !== undefined) toMilliseconds(fetchOnStaleThreshold, 'fetchOnStaleThreshold');
  return {
    lifetime: {
      ttl: positive(rules.lifetime, 'lifetime'),
      staleWhileRevalidate: toMilliseconds(rules.staleWhileRevalidate, 'staleWhileRevalidate'),
      staleIfError: toMilliseconds(rules.staleIfError, 'staleIfError'),
    },
    refreshTimeout: limited(rules.refreshTimeout, 'refreshTimeout'),
    loadTimeout: loadTimeout === undefined ? undefined : toMilliseconds(loadTimeout, 'loadTimeout'),
  };
}

/**
 * Whether a reader waits for an item: for one that is missing if `fetchOnMiss` says so, for a stale one if it was fetched longer than the
 * threshold ago.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function waitsFor(state: ItemState, fetchOnMiss: boolean, threshold: Duration | undefined): boolean {
  if (state.age === undefined) return fetchOnMiss;
  return threshold !== undefined && state.age > toMilliseconds(threshold, 'fetchOnStaleThreshold');
}

/** The error for an item that is missing, is not waited for, and has no substitute. */
export function noEmpty(): CacheError {
  const message =
    'Option `empty` is undefined; allowed with `fetchOnMiss: false`: a function that makes what readers get meanwhile.';
  return new CacheError('ERR_CACHE_OPTION', message, 'empty');
}

function positive(duration: Duration, option: string): number {
  const milliseconds = toMilliseconds(duration, option);
  if (milliseconds > 0) return milliseconds;
  throw invalidOption(option, duration, 'more than 0');
}

/** A claim that never ran out would leave an item stale for ever once its claimer died. */
function limited(duration: Duration, option: string): number {
  if (duration !== 'forever') return positive(duration, option);
  throw invalidOption(option, duration, 'more than 0, and not for ever');
}
