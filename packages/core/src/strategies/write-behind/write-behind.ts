import type { Cache } from '../../cache.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { rejectUnknownOptions } from '../../errors.ts';
import { cachedRepository } from '../repositories/cached-repository.ts';
import { repositorySettings } from '../repositories/options.ts';
import { checkReadSource } from '../repositories/reads.ts';
import type { CachedRepository } from '../repository.ts';
import type { Source } from '../source.ts';
import { checkWriteSource } from '../source-writes.ts';
import { Behind } from './behind.ts';
import { type DeadLetters, deadLettersOf } from './dead-letters.ts';
import { journaledSource } from './journaled-source.ts';
import { WRITE_BEHIND_OPTIONS, type WriteBehindOptions, writeBehindSettings } from './options.ts';
import { PendingValues } from './pending-values.ts';

/** How it stands with the writes of a repository. */
export interface WriteBehindStats {
  /** Writes that are acknowledged and not in the database, those of other processes on the same journal too. */
  readonly pending: number;
  /** Bytes they take, dead letters included, about. */
  readonly bytes: number;
  /** Milliseconds that the oldest of them has been waiting; 0 if there is none. */
  readonly lag: number;
  readonly deadLetters: number;
  /** Calls of this process that wait for room. */
  readonly waiting: number;
  /** Writes that this process has put into the database since it began. */
  readonly written: number;
  /** Attempts of this process that failed. */
  readonly failed: number;
}

/** How long `flush` and `close` wait. */
export interface FlushOptions {
  /** How long to wait at most. Default: until each write was tried once. */
  readonly timeout?: Duration;
}

/** What write-behind offers besides reading and writing. */
export interface WriteBehindRepository<K, V> extends CachedRepository<K, V> {
  /**
   * Has everything that is pending written now, each write tried once; how many are pending then: what failed, and what came meanwhile.
   *
   * @throws CacheError `ERR_CACHE_BACKEND` if the journal failed
   */
  flush(options?: FlushOptions): Promise<number>;
  /** Backlog and lag. @throws CacheError `ERR_CACHE_BACKEND` if the journal failed */
  stats(): Promise<WriteBehindStats>;
  readonly deadLetters: DeadLetters<K, V>;
  /**
   * Takes no more writes, flushes (not with a timeout of 0), and gives the journal back; how many are left there for the next process.
   *
   * @throws CacheError `ERR_CACHE_BACKEND` if the journal failed, so that nobody knows; it is given back all the same
   */
  close(options?: FlushOptions): Promise<number>;
}

/**
 * Reads as `readThrough`; a write is acknowledged when it is in a journal, and goes to the database in the background: the last write of
 * each key, in batches, again if it fails. Readers in this process see it at once.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; `ERR_CACHE_BACKEND` if the journal cannot be opened. Writes reject with `ERR_CACHE_BACKLOG` when
 *   too many wait, `ERR_CACHE_BACKEND` when the journal fails (whether the write will happen is open then), `ERR_CACHE_VALUE`
 * @example
 * const visits = writeBehind(cache, source, { name: 'visits', ttl: '1h' });
 * await visits.set(city, count); // in the journal: it survives the end of this process, whatever that is
 */
export function writeBehind<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: WriteBehindOptions<K, V>,
): WriteBehindRepository<K, V> {
  checkReadSource(source);
  checkWriteSource(source);
  const repository = repositorySettings<K, V>(cache, options, ['invalidates', ...WRITE_BEHIND_OPTIONS]);
  const behind = new Behind<K, V>(cache, source, repository, writeBehindSettings(options));
  const { queue, intake, opened } = behind;
  const pending = new PendingValues<K, V>(cache, queue, repository);
  const nameOf = (key: K): string => pending.nameOf(key);
  const journaled = journaledSource(pending.over(source), source, { cache, queue, intake, nameOf, opened });
  const base = cachedRepository(cache, journaled, options, { after: 'keep', more: WRITE_BEHIND_OPTIONS });
  return {
    ...base,
    async get(key) {
      await behind.readable();
      const write = pending.find(key);
      return write === undefined ? base.get(key) : pending.use(key, write);
    },
    async getMany(keys) {
      await behind.readable();
      const writes = keys.map((key) => pending.find(key));
      const rest = (await base.getMany(keys.filter((_, index) => writes[index] === undefined))).values();
      return keys.map((key, index) => {
        const write = writes[index];
        return write === undefined ? (rest.next().value as V | undefined) : pending.use(key, write);
      });
    },
    flush: (given) => behind.flush(timeoutOf(given)),
    stats: () => behind.stats(),
    deadLetters: deadLettersOf(queue, nameOf, opened),
    close: (given) => behind.close(timeoutOf(given)),
  };
}

function timeoutOf(options: FlushOptions = {}): number {
  rejectUnknownOptions(options, ['timeout']);
  return toMilliseconds(options.timeout ?? 'forever', 'timeout');
}
