import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption } from '../../errors.ts';
import type { BatchOptions } from '../repositories/cached-repository.ts';
import type { RepositoryOptions } from '../repositories/options.ts';
import type { WriteOptions } from '../repositories/writes.ts';
import type { Journal } from './journal.ts';
import { type Retry, type RetryOptions, resolveRetry } from './retry.ts';
import { sqliteJournal } from './sqlite/sqlite-journal.ts';

/** Options of `writeBehind`. Only `name` is needed. */
export interface WriteBehindOptions<K, V> extends RepositoryOptions<K, V>, BatchOptions, WriteOptions<K, V> {
  /** What the journal is called, and what keys in the cache begin with if there is no `key`. Another name is another journal. */
  readonly name: string;
  /** Where a write is kept until it is in the database. Default: `sqliteJournal()`, a file in `.write-behind` of the working directory. */
  readonly journal?: Journal;
  /** How long after the last write of a key it goes to the database. Default: `'1s'`; 0: at once, still in batches. */
  readonly delay?: Duration;
  /** How long after its first write a key goes to the database that is written again and again. Default: ten times `delay`. */
  readonly maxDelay?: Duration;
  /** The part of `delay`, 0 to 1, after which a write goes along with others that are due. Default: 0.75; 1: never before its time. */
  readonly softRipe?: number;
  /** The most writes that `saveMany` and `removeMany` are given at once. Default: 128. */
  readonly batchSize?: number;
  /** How many calls of the source may be under way at once, of different keys. Default: 4. */
  readonly concurrency?: number;
  /** How long one call of the source may take, before its `signal` is aborted and the write is tried again. Default: `'30s'`. */
  readonly saveTimeout?: Duration;
  /** How a write is tried again. */
  readonly retry?: RetryOptions;
  /** The most writes that wait for the database, dead letters included; then `set` waits. Default: 50,000. */
  readonly maxPending?: number;
  /** Bytes of the same, about. Default: 64 MiB (67,108,864). */
  readonly maxPendingBytes?: number;
  /** How long `set` waits for room before it rejects with `ERR_CACHE_BACKLOG`. Default: `'10s'`. */
  readonly backlogTimeout?: Duration;
  /**
   * How long SIGTERM waits for what is pending to be written. If nobody else listens to the signal, the process ends by it then; what is
   * left stays in the journal. Default: `'10s'`; `false`: the signal is not listened to.
   */
  readonly drain?: Duration | false;
}

/** Names of the options that only write-behind has. */
export const WRITE_BEHIND_OPTIONS: readonly (keyof WriteBehindOptions<unknown, unknown>)[] = [
  'maxBatch',
  'journal',
  'delay',
  'maxDelay',
  'softRipe',
  'batchSize',
  'concurrency',
  'saveTimeout',
  'retry',
  'maxPending',
  'maxPendingBytes',
  'backlogTimeout',
  'drain',
];

/** The same, checked and complete; durations in milliseconds. */
export interface WriteBehindSettings {
  readonly name: string;
  readonly journal: Journal;
  readonly delay: number;
  readonly maxDelay: number;
  readonly softRipe: number;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly saveTimeout: number;
  readonly retry: Retry;
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  readonly backlogTimeout: number;
  readonly drain: number | undefined;
}

/** @throws CacheError `ERR_CACHE_OPTION` */
export function writeBehindSettings<K, V>(options: WriteBehindOptions<K, V>): WriteBehindSettings {
  const { name, journal = sqliteJournal(), softRipe = 0.75, batchSize = 128, concurrency = 4, drain = '10s' } = options;
  const { maxPending = 50_000, maxPendingBytes = 67_108_864 } = options;
  if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name)) {
    throw invalidOption('name', name, '1 to 100 letters, digits, `_`, `.` or `-`');
  }
  if (typeof journal !== 'object' || journal === null || typeof journal.open !== 'function') {
    throw invalidOption('journal', journal, 'what sqliteJournal(), redisJournal() or memoryJournal() returns');
  }
  if (typeof softRipe !== 'number' || !(softRipe >= 0 && softRipe <= 1))
    throw invalidOption('softRipe', softRipe, '0 to 1');
  for (const [option, given] of Object.entries({ batchSize, concurrency, maxPending, maxPendingBytes })) {
    if (!Number.isSafeInteger(given) || given < 1) throw invalidOption(option, given, 'a whole number, 1 or more');
  }
  const delay = finite(options.delay ?? '1s', 'delay');
  const maxDelay = finite(options.maxDelay ?? 10 * delay, 'maxDelay');
  if (maxDelay < delay)
    throw invalidOption('maxDelay', options.maxDelay, `a duration not below \`delay\` (${delay} ms)`);
  return {
    name,
    journal,
    delay,
    maxDelay,
    softRipe,
    batchSize,
    concurrency,
    saveTimeout: finite(options.saveTimeout ?? '30s', 'saveTimeout'),
    retry: resolveRetry(options.retry),
    maxPending,
    maxPendingBytes,
    backlogTimeout: finite(options.backlogTimeout ?? '10s', 'backlogTimeout'),
    drain: drain === false ? undefined : finite(drain, 'drain'),
  };
}

function finite(duration: Duration, option: string): number {
  const milliseconds = toMilliseconds(duration, option);
  if (milliseconds === Infinity) throw invalidOption(option, duration, "a duration, not 'forever'");
  return milliseconds;
}
