import { join, resolve } from 'node:path';
import type { Codec } from '../../../codecs/codec.ts';
import { structuredCloneCodec } from '../../../codecs/structured-clone.ts';
import { type Duration, toMilliseconds } from '../../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../../errors.ts';
import type { Journal } from '../journal.ts';
import { LocalQueue } from '../local-queue.ts';
import { SqliteLog } from './sqlite-log.ts';

/** Options of a journal in SQLite. All are optional. */
export interface SqliteJournalOptions {
  /** Where the files are, one for each name of a repository. It is made with mode 0700. Default: `.write-behind` in the working directory. */
  readonly directory?: string;
  /**
   * `'full'` waits for the disk before a write is acknowledged, so that it survives the loss of power too. With `'normal'` it survives the
   * death of the process; the last moments may be lost with the power. Default: `'full'`.
   */
  readonly synchronous?: 'normal' | 'full';
  /** How keys and values become bytes. Default: structured clone. */
  readonly codec?: Codec;
  /** How long to wait for the process that has the file, which is about to end, as in a restart. Default: `'5s'`. */
  readonly openTimeout?: Duration;
}

const OPTIONS = ['directory', 'synchronous', 'codec', 'openTimeout'] satisfies (keyof SqliteJournalOptions)[];

/**
 * Keeps writes in a file of SQLite until they are in the database: the default. The file belongs to one process at a time; several
 * processes need a directory each, or `redisJournal`. Writes of the same turn of the event loop are one transaction.
 *
 * Needs Node 22.13 or the package `libsql`, like the SQLite backend. What is found damaged is an error, and stays as it is.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const visits = writeBehind(cache, source, { name: 'visits', journal: sqliteJournal({ directory: '/var/lib/shop' }) });
 */
export function sqliteJournal(options: SqliteJournalOptions = {}): Journal {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', options, 'an object');
  rejectUnknownOptions(options, OPTIONS);
  const { directory = '.write-behind', synchronous = 'full', codec = structuredCloneCodec } = options;
  if (typeof directory !== 'string' || directory === '') throw invalidOption('directory', directory, 'a path');
  if (synchronous !== 'full' && synchronous !== 'normal') {
    throw invalidOption('synchronous', synchronous, "'full' or 'normal'");
  }
  if (typeof codec !== 'object' || codec === null || typeof codec.encode !== 'function') {
    throw invalidOption('codec', codec, 'a codec');
  }
  const openTimeout = toMilliseconds(options.openTimeout ?? '5s', 'openTimeout');
  return {
    kind: 'sqlite',
    open(context) {
      const path = join(resolve(directory), `${encodeURIComponent(context.name)}.sqlite`);
      return new LocalQueue(new SqliteLog({ path, synchronous, codec, openTimeout }), context);
    },
  };
}
