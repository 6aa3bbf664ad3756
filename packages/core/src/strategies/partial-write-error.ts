import { CacheError } from '../errors.ts';
import type { WriteFailure } from './source.ts';

/**
 * Some of several writes were not done, the others were. Its code is `ERR_CACHE_WRITE`.
 *
 * @example
 * await cities.setMany(entries).catch((error) => {
 *   if (!(error instanceof PartialWriteError)) throw error; // none was done
 *   for (const { key, error: reason } of error.failures) console.warn(key, reason);
 * });
 */
export class PartialWriteError<K = unknown> extends CacheError {
  /** The writes that were not done, and why. */
  readonly failures: readonly WriteFailure<K>[];

  constructor(failures: readonly WriteFailure<K>[], total: number) {
    super('ERR_CACHE_WRITE', `${failures.length} of ${total} writes were not done: ${String(failures[0]?.error)}`);
    this.failures = failures;
    this.cause = failures[0]?.error;
  }
}
