import type { PendingWrite } from './journal.ts';

/** Writes that failed before are kept apart from those that were never tried, and some from all others. */
export function goTogether(first: PendingWrite, other: PendingWrite): boolean {
  return !first.alone && !other.alone && first.attempts > 0 === other.attempts > 0;
}
