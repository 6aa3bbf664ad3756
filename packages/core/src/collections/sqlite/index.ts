import { resolve } from 'node:path';
import { findDriver } from '../../backends/sqlite/driver.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../errors.ts';
import type { Collections, CollectionsOptions } from '../collections.ts';
import { ItemCodec } from '../item-codec.ts';
import { maxLengthOf } from '../options.ts';
import { StoredDeque } from '../stored-deque.ts';
import { StoredIndex } from '../stored-index.ts';
import { CollectionsFile } from './collections-file.ts';
import { SqliteDeque } from './sqlite-deque.ts';
import { SqliteIndex } from './sqlite-index.ts';

export type {
  Collections,
  CollectionsOptions,
  Deque,
  DequeOptions,
  Index,
  PushOptions,
  Side,
  SideOption,
  WalkOptions,
} from '../collections.ts';

/** Options of collections in SQLite. */
export interface SqliteCollectionsOptions extends CollectionsOptions {
  /** The file. It is made, with its folder, if it is not there. Not on a network file system. */
  readonly path: string;
  /** How long a write may wait for other processes that write. Default: `'5s'`. */
  readonly busyTimeout?: Duration;
  /**
   * `'full'` waits for the disk at each write. With `'normal'` what was acknowledged survives the death of the process, but the
   * last moments may be lost with the power. Default: `'normal'`.
   */
  readonly synchronous?: 'normal' | 'full';
}

/**
 * Deques and indexes in a SQLite file that the processes of one machine share. Needs Node 22.13 or later, or the package `libsql`.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; `ERR_CACHE_BACKEND` when there is no binding to SQLite
 * @example
 * const collections = sqliteCollections({ path: './crawl.db' });
 * const urls = collections.deque<string>('urls');
 */
export function sqliteCollections(options: SqliteCollectionsOptions): Collections {
  rejectUnknownOptions(options, ['path', 'codec', 'busyTimeout', 'synchronous']);
  const { path, codec, synchronous = 'normal' } = options;
  if (typeof path !== 'string' || path === '') throw invalidOption('path', path, 'the path of a file');
  if (synchronous !== 'normal' && synchronous !== 'full') {
    throw invalidOption('synchronous', synchronous, "'normal' or 'full'");
  }
  const timeout = toMilliseconds(options.busyTimeout ?? '5s', 'busyTimeout');
  if (timeout > 3_600_000) throw invalidOption('busyTimeout', options.busyTimeout, 'up to an hour');
  const file = new CollectionsFile(resolve(path), findDriver(), synchronous, timeout);
  return {
    deque: (name, dequeOptions = {}) => {
      const items = new ItemCodec(codec, name);
      return new StoredDeque(new SqliteDeque(file, name, maxLengthOf(dequeOptions)), items);
    },
    index: (name) => new StoredIndex(new SqliteIndex(file, name), new ItemCodec(codec, name)),
    close: () => file.close(),
  };
}
