import { CacheError, invalidOption, rejectUnknownOptions } from '../../errors.ts';
import type { RefreshRequest, RefreshRunner } from './runner.ts';

/** Options of `inProcess`. */
export interface InProcessOptions {
  /** Refreshes at once. Default: 10. */
  readonly concurrency?: number;
  /** Refreshes that may wait for their turn; what comes on top is left to a later reader. Default: 10,000. */
  readonly waiting?: number;
}

/**
 * Refreshes in this process, a few at a time, in the order in which they were asked for.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const nearby = new NearbyCities(cache, { runner: inProcess({ concurrency: 2 }) });
 */
export function inProcess(options: InProcessOptions = {}): RefreshRunner {
  rejectUnknownOptions(options, ['concurrency', 'waiting']);
  const concurrency = whole('concurrency', options.concurrency ?? 10, 1);
  const longest = whole('waiting', options.waiting ?? 10_000, 0);
  const waiting: (() => void)[] = [];
  let running = 0;
  const work = async (request: RefreshRequest): Promise<void> => {
    running += 1;
    try {
      await request.refresh();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
  return {
    elsewhere: false,
    run(request) {
      if (running < concurrency) return work(request);
      if (waiting.length >= longest) return Promise.reject(tooMany(longest));
      return new Promise<void>((resolve, reject) => {
        waiting.push(() => void work(request).then(resolve, reject));
      });
    },
  };
}

function tooMany(longest: number): CacheError {
  return new CacheError('ERR_CACHE_LIMIT', `There are ${longest} refreshes waiting in this process; allowed: no more.`);
}

function whole(option: string, given: number, least: number): number {
  if (Number.isSafeInteger(given) && given >= least) return given;
  throw invalidOption(option, given, `a whole number of at least ${least}`);
}
