import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { DequeOptions } from './collections.ts';

/** How many items a deque holds at most. @throws CacheError `ERR_CACHE_OPTION` */
export function maxLengthOf(options: DequeOptions): number {
  rejectUnknownOptions(options, ['maxLength']);
  const { maxLength = Infinity } = options;
  if (maxLength === Infinity || (Number.isSafeInteger(maxLength) && maxLength > 0)) return maxLength;
  throw invalidOption('maxLength', maxLength, 'a whole number greater than 0');
}
