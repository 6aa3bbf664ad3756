import { type Duration, toMilliseconds } from './duration.ts';
import { createEntry } from './entry.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from './errors.ts';
import type { Key } from './key.ts';
import type { Space } from './space.ts';
import { type Change, update } from './updates.ts';

/** How much a throttle lets through. */
export interface ThrottleOptions {
  /** Calls per period. */
  readonly limit: number;
  /** The period. */
  readonly per: Duration;
}

/**
 * Lets at most `limit` calls through in each period, over all processes that share the store. The allowance refills
 * evenly (a token bucket): after a pause of a whole period all of it is there.
 *
 * @returns milliseconds until the next call may pass; 0 if this one does
 * @throws CacheError `ERR_CACHE_BACKEND`, `ERR_CACHE_OPTION`
 */
export async function passThrottle(space: Space, key: Key, options: ThrottleOptions): Promise<number> {
  rejectUnknownOptions(options, ['limit', 'per']);
  const { limit } = options;
  const per = toMilliseconds(options.per, 'per');
  if (!Number.isFinite(limit) || limit < 1) throw invalidOption('limit', limit, 'a number of at least 1');
  if (!(per > 0 && per < Infinity)) throw invalidOption('per', options.per, 'a period longer than 0 and not forever');
  const wait = await update(space, space.id(key), (entry, now): Change<number> => {
    const last = bucketOf(entry?.value) ?? { tokens: limit, at: now };
    const tokens = Math.min(limit, last.tokens + (Math.max(0, now - last.at) * limit) / per);
    if (tokens < 1) return { keep: true, result: Math.max(1, Math.ceil(((1 - tokens) * per) / limit)) };
    const value = { tokens: tokens - 1, at: now };
    const parts = { value, tags: [], position: space.root.log.head, limitAt: Infinity, copyOnRead: false };
    const next = createEntry(parts, { ttl: per, staleWhileRevalidate: 0, staleIfError: 0 }, now);
    return { keep: false, next, result: 0 };
  });
  if (wait === undefined) throw new CacheError('ERR_CACHE_BACKEND', 'The backend failed, so nothing is counted.');
  return wait;
}

function bucketOf(value: unknown): { tokens: number; at: number } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { tokens, at } = value as { tokens?: unknown; at?: unknown };
  return typeof tokens === 'number' && typeof at === 'number' ? { tokens, at } : undefined;
}
