import { join, resolve } from 'node:path';
import type { Codec } from '../../codecs/codec.ts';
import { structuredCloneCodec } from '../../codecs/structured-clone.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../errors.ts';
import type { Backend, StoreContext } from '../backend.ts';
import { checkShard, type Problem } from './check.ts';
import { findDriver } from './driver.ts';
import { Journal } from './journal.ts';
import type { Totals } from './rows.ts';
import { EVICTION_ORDER, type Eviction } from './schema.ts';
import { Shard } from './shard.ts';
import { SqliteStore } from './sqlite-store.ts';
import { sweep } from './sweep.ts';

/** Options of the SQLite backend. All processes that share a directory must give the same ones. */
export interface SqliteOptions {
  /** Where the files are. It is made with mode 0700 if it is not there. Not on a network file system. */
  readonly directory: string;
  /**
   * Bytes of all keys and values together with what a row takes, those of all caches that use the directory. The files take about
   * a fifth more. A value larger than the whole (than its shard) is not stored. Default: 1 GiB (1,073,741,824).
   */
  readonly maxBytes?: number;
  /** What makes room when `maxBytes` is reached. With `'none'` only expired values go. Default: `'least-recently-stored'`. */
  readonly eviction?: Eviction;
  /** Databases that the keys are spread over: several processes can write at once to different ones. Default: 1. */
  readonly shards?: number;
  /** Values of more bytes than this are files beside the database. Default: 64 KiB (65,536). */
  readonly fileAbove?: number;
  /** How values become bytes. Default: structured clone. */
  readonly codec?: Codec;
  /**
   * How long a write may wait for other processes that write, before it is dropped for good; a large value gets the time to
   * write it besides. Default: `'1s'`. With more than the cache's `backendTimeout`, a write that the cache no longer
   * waits for may still take effect.
   */
  readonly busyTimeout?: Duration;
  /**
   * `'full'` waits for the disk at each write. With `'normal'` what was acknowledged survives the death of the process, but the
   * last moments, invalidations among them, may be lost with the power. Default: `'normal'`.
   */
  readonly synchronous?: 'normal' | 'full';
  /** Counts hits and misses, for `stats()`. Default: false. */
  readonly statistics?: boolean;
}

/** What `stats()` tells, of all processes and caches that use the directory. */
export interface SqliteStats {
  readonly entries: number;
  readonly bytes: number;
  /** Values that are files of their own. */
  readonly files: number;
  readonly evictions: number;
  /** Reads, if `statistics` is on; those of other processes up to a second ago. */
  readonly hits: number;
  readonly misses: number;
  /** Writes of this process that the disk refused: full, read-only, broken. */
  readonly droppedWrites: number;
}

/** A backend in files, shared by the processes of one machine. */
export interface SqliteBackend extends Backend {
  /**
   * Removes what is expired and what was invalidated; how many values. Looks at every row. Expired values also go bit by bit with each
   * write, invalidated ones when they expire or have to make room.
   */
  expire(): Promise<number>;
  /** `expire`, then removes what is over `maxBytes`; how many values. */
  cull(): Promise<number>;
  /** Looks for damage and inconsistencies; with `fix` puts them right. Reads every value, so not for the path of a request. */
  check(options?: { readonly fix?: boolean }): Promise<Problem[]>;
  stats(): SqliteStats;
}

const OPTIONS = [
  'directory',
  'maxBytes',
  'eviction',
  'shards',
  'fileAbove',
  'codec',
  'busyTimeout',
  'synchronous',
  'statistics',
] satisfies (keyof SqliteOptions)[];

const EVICTIONS = [...Object.keys(EVICTION_ORDER), 'none'];
/** Milliseconds that a write waits in place for another one, before it lets this process go on. */
const WAIT_IN_PLACE = 5;
/** Of the tables and the layout of the directory: two versions never touch each other's files. */
const LAYOUT = 'v1';

/**
 * Keeps entries in SQLite files that many processes of one machine share and that survive a restart. Needs Node 22.13 or later, or
 * the package `libsql`.
 *
 * A damaged file is put aside and begun anew. When the disk is full or read-only, writes are dropped and counted
 * (`stats().droppedWrites`), and reads go on; each kind of failure is reported once, as an `error` event.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; `ERR_CACHE_BACKEND` when there is no binding to SQLite
 * @example
 * const cache = createCache({ backend: sqlite({ directory: '/var/cache/app', maxBytes: 4 * 1024 ** 3 }) });
 */
export function sqlite(options: SqliteOptions): SqliteBackend {
  const checked = checkOptions(options);
  const contexts = new Map<string, StoreContext>();
  const stores = new Map<string, SqliteStore>();
  const report = (operation: string, error: unknown): void => {
    for (const context of contexts.values()) context.report(operation, error);
  };
  const driver = findDriver();
  const { connection, timeout } = checked;
  const journal = new Journal(join(checked.directory, `log-${LAYOUT}.db`), driver, connection, timeout, report);
  const shards = Array.from({ length: checked.shards }, (_, index) => {
    const part = checked.shards === 1 ? '' : `-${index + 1}-of-${checked.shards}`;
    return new Shard(join(checked.directory, `cache-${LAYOUT}${part}.db`), {
      ...checked,
      driver,
      maxBytes: Math.floor(checked.maxBytes / checked.shards),
      report,
      replaced: () => journal.invalidateAll(),
    });
  });
  const clock = (): Clock => [...contexts.values()][0]?.clock ?? systemClock;
  const swept = (shard: Shard): Promise<number> => sweep(shard, journal.invalidations(), clock().now());
  return {
    kind: 'sqlite',
    open(context) {
      const id = `${context.name}/${context.version}`;
      contexts.set(id, context);
      const store = stores.get(id) ?? new SqliteStore(shards, context, journal.source(id));
      stores.set(id, store);
      return store;
    },
    close() {
      for (const shard of shards) shard.close();
      journal.close();
    },
    expire: () => sum(shards, async (shard) => (await swept(shard)) + (await shard.room.expire(clock().now()))),
    cull: () => sum(shards, async (shard) => (await swept(shard)) + (await shard.room.cull(clock().now()))),
    async check({ fix = false } = {}) {
      const found = await Promise.all(shards.map((shard) => checkShard(shard, fix)));
      return [...journal.check(fix), ...found.flat()];
    },
    stats: () => stats(shards),
  };
}

async function sum(shards: readonly Shard[], work: (shard: Shard) => Promise<number>): Promise<number> {
  const counts = await Promise.all(shards.map(work));
  return counts.reduce((total, count) => total + count, 0);
}

function stats(shards: readonly Shard[]): SqliteStats {
  for (const shard of shards) shard.flush();
  const totals = shards.map((shard) => shard.totals());
  const add = (name: keyof Totals): number => totals.reduce((total, each) => total + each[name], 0);
  return {
    entries: add('live'),
    bytes: add('bytes'),
    files: add('files'),
    evictions: add('evictions'),
    hits: add('hits'),
    misses: add('misses'),
    droppedWrites: shards.reduce((total, shard) => total + shard.dropped.count, 0),
  };
}

function checkOptions(options: SqliteOptions) {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', options, 'an object');
  rejectUnknownOptions(options, OPTIONS);
  const { directory, eviction = 'least-recently-stored', synchronous = 'normal', statistics = false } = options;
  if (typeof directory !== 'string' || directory === '') throw invalidOption('directory', directory, 'a path');
  if (!EVICTIONS.includes(eviction))
    throw invalidOption('eviction', eviction, EVICTIONS.map((name) => `'${name}'`).join(', '));
  if (synchronous !== 'normal' && synchronous !== 'full') {
    throw invalidOption('synchronous', synchronous, "'normal' or 'full'");
  }
  if (typeof statistics !== 'boolean') throw invalidOption('statistics', statistics, 'true or false');
  const codec = options.codec ?? structuredCloneCodec;
  if (typeof codec.encode !== 'function' || typeof codec.decode !== 'function') {
    throw invalidOption('codec', codec, 'an object with the functions `encode` and `decode`');
  }
  return {
    directory: resolve(directory),
    maxBytes: wholeNumber(options.maxBytes ?? 1024 ** 3, 'maxBytes', 1, Number.MAX_SAFE_INTEGER),
    eviction,
    shards: wholeNumber(options.shards ?? 1, 'shards', 1, 64),
    fileAbove: wholeNumber(options.fileAbove ?? 64 * 1024, 'fileAbove', 0, 512 * 1024 ** 2),
    codec,
    timeout: toMilliseconds(options.busyTimeout ?? '1s', 'busyTimeout'),
    connection: { synchronous, wait: WAIT_IN_PLACE },
    statistics,
  };
}

function wholeNumber(value: number, option: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalidOption(option, value, `a whole number from ${least} to ${most}`);
}
