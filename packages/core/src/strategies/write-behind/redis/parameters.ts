import { CacheError } from '../../../errors.ts';
import type { Outcome } from '../journal.ts';

const MOST_AT_ONCE = 500;

/** The error for a call that Redis did not answer as it should. */
export function failureOf(error: unknown): CacheError {
  if (error instanceof CacheError) return error;
  const failure = new CacheError('ERR_CACHE_BACKEND', `The journal in Redis failed: ${String(error)}.`);
  failure.cause = error;
  return failure;
}

/** What `SETTLE` is told about an outcome. */
export function settling({ write, ...outcome }: Outcome, entry: string): (string | number)[] {
  const { name, sequence, attempts } = write;
  const alone = outcome.result === 'again' && outcome.alone ? 1 : 0;
  const reason = outcome.result === 'dead' ? String(outcome.error) : '';
  return [entry, name, sequence, outcome.result, attempts + 1, alone, reason];
}

/** The same bytes, as ioredis wants them. */
export function toBuffer(bytes: Uint8Array | undefined): Buffer {
  return bytes === undefined ? Buffer.alloc(0) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** As many items as one script may be given. */
export function* inParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += MOST_AT_ONCE) yield items.slice(start, start + MOST_AT_ONCE);
}
