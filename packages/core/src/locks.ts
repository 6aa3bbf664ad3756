import { type Duration, toMilliseconds } from './duration.ts';
import { createEntry } from './entry.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from './errors.ts';
import type { Key } from './key.ts';
import type { Space } from './space.ts';
import { type Change, update } from './updates.ts';

/** Options of a lock. */
export interface LockOptions {
  /** How long the lock is held if its owner neither releases nor extends it, because it died. Default: `'30s'`. */
  readonly ttl?: Duration;
  /** How long to wait for it. Default: `'10s'`; 0 tries once. */
  readonly wait?: Duration;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** A lock that is held. */
export interface Lock {
  /** Gives the lock back; false if it had run out and may have another owner by now. */
  release(): Promise<boolean>;
  /** Holds it for another `ttl` from now on; false if it had run out. */
  extend(ttl?: Duration): Promise<boolean>;
}

const OPTIONS = ['ttl', 'wait', 'signal'];
const RETRY = { least: 5, most: 50 };

let owners = 0;

/**
 * Takes a lock that one owner at a time holds, in all processes that share the store.
 *
 * @throws CacheError `ERR_CACHE_LOCKED` when it was not free in time, `ERR_CACHE_BACKEND`, `ERR_CACHE_OPTION`
 */
export async function acquireLock(space: Space, key: Key, options: LockOptions): Promise<Lock> {
  rejectUnknownOptions(options, OPTIONS);
  const ttl = positive(options.ttl ?? '30s', 'ttl');
  const wait = toMilliseconds(options.wait ?? '10s', 'wait');
  const id = space.id(key);
  const owner = `${process.pid}.${(owners += 1)}.${Math.random().toString(36).slice(2)}`;
  const giveUpAt = space.root.clock.now() + wait;
  while (!(await hold(space, id, owner, ttl, 'free'))) {
    options.signal?.throwIfAborted();
    if (space.root.clock.now() >= giveUpAt) {
      throw new CacheError('ERR_CACHE_LOCKED', `The lock was not free within ${wait} ms.`);
    }
    await pause(space, options.signal);
  }
  return {
    release: () => letGo(space, id, owner),
    extend: (longer) => hold(space, id, owner, longer === undefined ? ttl : positive(longer, 'ttl'), 'held'),
  };
}

/** Writes the owner into the lock, if it is free or held by that owner, as `when` demands. */
async function hold(space: Space, id: string, owner: string, ttl: number, when: 'free' | 'held'): Promise<boolean> {
  const { log } = space.root;
  const held = await update(space, id, (entry, now): Change<boolean> => {
    if ((entry === undefined) !== (when === 'free') || (entry !== undefined && entry.value !== owner)) return REFUSED;
    const parts = { value: owner, tags: [], position: log.head, limitAt: Infinity, copyOnRead: false };
    return {
      keep: false,
      next: createEntry(parts, { ttl, staleWhileRevalidate: 0, staleIfError: 0 }, now),
      result: true,
    };
  });
  if (held === undefined) throw new CacheError('ERR_CACHE_BACKEND', 'The backend failed, so there is no lock.');
  return held;
}

async function letGo(space: Space, id: string, owner: string): Promise<boolean> {
  const released = await update(space, id, (entry): Change<boolean> => {
    return entry?.value === owner ? { keep: false, next: undefined, result: true } : REFUSED;
  });
  return released ?? false;
}

const REFUSED: Change<boolean> = { keep: true, result: false };

function pause(space: Space, signal: AbortSignal | undefined): Promise<void> {
  const milliseconds = RETRY.least + Math.random() * (RETRY.most - RETRY.least);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = space.root.clock.after(milliseconds, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function positive(duration: Duration, option: string): number {
  const milliseconds = toMilliseconds(duration, option);
  if (milliseconds > 0) return milliseconds;
  throw invalidOption(option, duration, 'more than 0');
}
