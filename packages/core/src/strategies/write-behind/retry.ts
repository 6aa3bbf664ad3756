import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../errors.ts';

/** How a write is tried again that the source did not take. */
export interface RetryOptions {
  /** The pause after the first attempt. Default: `'1s'`. */
  readonly first?: Duration;
  /** How many times longer each following pause is. Default: 2. */
  readonly factor?: number;
  /** The longest pause. Default: `'5m'`. */
  readonly longest?: Duration;
  /** Attempts after which a write is given up and becomes a dead letter. Default: 20, which takes about an hour. */
  readonly attempts?: number;
}

/** The same, complete, in milliseconds. */
export interface Retry {
  readonly first: number;
  readonly factor: number;
  readonly longest: number;
  readonly attempts: number;
}

/** Pauses are up to this part shorter, so that not all come back at the same moment. */
const JITTER = 0.2;

/** @throws CacheError `ERR_CACHE_OPTION` */
export function resolveRetry(options: RetryOptions = {}): Retry {
  if (typeof options !== 'object' || options === null) throw invalidOption('retry', options, 'an object');
  rejectUnknownOptions(options, ['first', 'factor', 'longest', 'attempts']);
  const { factor = 2, attempts = 20 } = options;
  const first = toMilliseconds(options.first ?? '1s', 'first');
  const longest = toMilliseconds(options.longest ?? '5m', 'longest');
  if (!(longest >= first) || longest === Infinity) {
    throw invalidOption('longest', options.longest, `a duration not below \`first\` (${first} ms), and not 'forever'`);
  }
  if (typeof factor !== 'number' || !(factor >= 1 && factor < Infinity))
    throw invalidOption('factor', factor, '1 or more');
  if (!Number.isSafeInteger(attempts) || attempts < 1)
    throw invalidOption('attempts', attempts, 'a whole number, 1 or more');
  return { first, factor, longest, attempts };
}

/**
 * Milliseconds until the next attempt.
 *
 * @param failed attempts so far, 1 or more
 * @param random from 0 to 1, 1 excluded
 */
export function pauseAfter(failed: number, { first, factor, longest }: Retry, random: number): number {
  return Math.min(first * factor ** (failed - 1), longest) * (1 - JITTER * random);
}
