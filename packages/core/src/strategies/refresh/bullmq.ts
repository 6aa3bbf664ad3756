import type { JobsOptions, Queue } from 'bullmq';
import { jsonCodec } from '../../codecs/json.ts';
import { structuredCloneCodec } from '../../codecs/structured-clone.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from '../../errors.ts';
import type { Arguments } from '../call-options.ts';
import { type AnyItems, itemsOf } from './owners.ts';
import type { RefreshRunner } from './runner.ts';

/** Options of `bullmqRunner`. */
export interface BullmqRunnerOptions {
  /** How long the queue may take to accept a request, before the item is refreshed in this process. Default: `'1s'`. */
  readonly timeout?: Duration;
  /**
   * Options of the queue's jobs, such as `priority`. What keeps them apart and has them removed is not to be changed. `attempts` is 1 by default, because
   * readers ask again.
   */
  readonly jobOptions?: Omit<JobsOptions, 'jobId' | 'removeOnComplete' | 'removeOnFail' | 'repeat' | 'delay'>;
}

/** Something with items that workers can refresh: a job, or what `refreshBehind` has made. */
export interface RefreshedByWorkers {
  readonly idle: () => Promise<void>;
}

/** What a job of the queue carries. */
export interface RefreshData {
  /** The arguments, if JSON keeps them as they are. */
  readonly args?: readonly unknown[];
  /** Else the arguments in the form of Node's structured clone, in base64. */
  readonly packed?: string;
}

/** What a worker is given of a job of the queue. */
interface QueuedRefresh {
  readonly name: string;
  readonly data: RefreshData;
}

const RUNNER_OPTIONS = ['timeout', 'jobOptions'];

/**
 * Sends refreshes to a queue of BullMQ 6, for workers in other processes. An item is in the queue once, however many ask for it. When the queue
 * is down, items are refreshed in this process; an `error` event tells. Needs a backend that the processes share.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const queue = new Queue('refreshes', { connection });
 * queue.on('error', (error) => log.warn(error));
 * const nearby = refreshBehind(cache, fetchNearby, { name: 'nearby', runner: bullmqRunner(queue) });
 */
export function bullmqRunner(queue: Queue, options: BullmqRunnerOptions = {}): RefreshRunner {
  rejectUnknownOptions(options, RUNNER_OPTIONS);
  if (typeof queue?.add !== 'function') throw invalidOption('queue', queue, 'a `Queue` of BullMQ');
  const timeout = toMilliseconds(options.timeout ?? '1s', 'timeout');
  // What is kept in the queue after its end would keep the same item from being added again.
  const fixed = { removeOnComplete: true, removeOnFail: true };
  return {
    elsewhere: true,
    async run({ job, id, args }) {
      await inTime(queue.add(job, packed(args), { ...options.jobOptions, ...fixed, jobId: id }), timeout);
    },
  };
}

/**
 * What a worker of BullMQ does with the jobs of the queue: it finds them by name and refreshes the item, unless that is fresh by then. What is thrown makes
 * the job of the queue fail; a later reader asks again.
 *
 * @throws CacheError `ERR_CACHE_OPTION`, when called too, for a name that is none of these
 * @example
 * const worker = new Worker('refreshes', refreshProcessor([nearby, popular]), { connection, concurrency: 10 });
 * worker.on('error', (error) => log.warn(error));
 */
export function refreshProcessor(jobs: readonly RefreshedByWorkers[]): (queued: QueuedRefresh) => Promise<void> {
  if (!Array.isArray(jobs)) throw invalidOption('jobs', jobs, 'an array of jobs, and of what `refreshBehind` has made');
  const byName = new Map<string, AnyItems>();
  for (const job of jobs) {
    const items = itemsOf(job);
    if (items === undefined) throw invalidOption('jobs', job, 'jobs, and what `refreshBehind` has made');
    if (byName.has(items.name)) throw invalidOption('jobs', `two named ${items.name}`, 'jobs of different names');
    byName.set(items.name, items);
  }
  return async ({ name, data }) => {
    const items = byName.get(name);
    if (items === undefined) throw unknownJob(name, [...byName.keys()]);
    await items.perform(unpacked(data));
  };
}

function packed(args: Arguments): RefreshData {
  const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
  try {
    jsonCodec.encode(given, '');
    return { args: given };
  } catch {
    return { packed: Buffer.from(structuredCloneCodec.encode(given, '')).toString('base64') };
  }
}

/** @throws CacheError `ERR_CACHE_VALUE` */
function unpacked({ args, packed: text }: RefreshData): Arguments {
  const given = text === undefined ? args : structuredCloneCodec.decode(Buffer.from(text, 'base64'), '');
  if (Array.isArray(given)) return given as Arguments;
  throw new CacheError(
    'ERR_CACHE_VALUE',
    'A job of the queue has no arguments; allowed: what `bullmqRunner` has put there.',
  );
}

function unknownJob(name: string, known: readonly string[]): CacheError {
  const names = known.map((each) => JSON.stringify(each)).join(', ');
  return new CacheError('ERR_CACHE_OPTION', `No job is named ${JSON.stringify(name)}; allowed: ${names}.`, 'jobs');
}

/** The real clock: the queue is another program. */
function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new CacheError('ERR_CACHE_BACKEND', `The queue did not answer within ${milliseconds} ms.`));
    }, milliseconds);
    late.unref();
    work.finally(() => clearTimeout(late)).then(resolve, reject);
  });
}
