import { performance } from 'node:perf_hooks';
import { CacheError } from '../../errors.ts';
import type { MaybePromise } from '../backend.ts';
import { isBusy } from './failures.ts';

const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 256 * 1024 * 1024;
/** What a disk is trusted to write in a millisecond, at the least. */
const BYTES_PER_MS = 10_000;
/** Milliseconds between two tries while somebody else is writing: at most this, and each time another, so that all have their turn. */
const LONGEST_PAUSE = 3;

/** What is done before a write takes its turn; ends early when nobody waits for it any more. */
export type Prepare = (givenUp: () => boolean) => Promise<void>;

/** A write that cannot be done at once. */
interface Waiting {
  /** What can be done without holding the database: writing a file. */
  readonly prepare: Prepare | undefined;
  readonly commit: () => void;
  readonly bytes: number;
  givenUp: boolean;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The writes of one database, in order. One that can be done at once is; when another process is writing, the rest waits
 * without blocking this one, up to a deadline of its own. A write that was given up on is never done.
 */
export class WriteQueue {
  readonly #timeout: number;
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #closed = false;

  /** @param timeout milliseconds that a write may wait */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** How many writes wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Does `commit`, in its turn.
   *
   * @param prepare done before, without holding the database
   * @param bytes what it keeps in memory while it waits
   * @throws CacheError `ERR_CACHE_BACKEND` if its turn did not come in time or too many wait
   */
  run<T>(commit: () => T, prepare?: Prepare, bytes: number = 0): MaybePromise<T> {
    if (this.#waiting.length === 0 && prepare === undefined) {
      try {
        return commit();
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    return this.#enqueue(commit, prepare, bytes);
  }

  /** Gives up on all that wait. */
  close(): void {
    this.#closed = true;
    for (const each of this.#waiting) each.failed(new CacheError('ERR_CACHE_CLOSED', 'The backend was closed.'));
  }

  #enqueue<T>(commit: () => T, prepare: Prepare | undefined, bytes: number): Promise<T> {
    if (this.#closed) return Promise.reject(new CacheError('ERR_CACHE_CLOSED', 'The backend is closed.'));
    const tooMany = this.#waiting.length >= MAX_WAITING || (this.#bytes > 0 && this.#bytes + bytes > MAX_WAITING_BYTES);
    if (tooMany) return Promise.reject(new CacheError('ERR_CACHE_BACKEND', 'Too many writes wait for the database.'));
    return new Promise<T>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        waiting.givenUp = true;
      };
      const waiting: Waiting = {
        prepare,
        commit: () => resolve(commit()),
        bytes,
        givenUp: false,
        done: settle,
        failed: (error) => {
          settle();
          reject(error as Error);
        },
      };
      // Not unref'ed: a process that only waits for its own write must not end before it.
      const timer = setTimeout(
        () => {
          waiting.failed(
            new CacheError('ERR_CACHE_BACKEND', `The database was busy for more than ${this.#timeout} ms.`),
          );
        },
        this.#timeout + bytes / BYTES_PER_MS,
      );
      this.#bytes += bytes;
      this.#waiting.push(waiting);
      if (this.#waiting.length === 1) void this.#work();
    });
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        if (!next.givenUp && next.prepare !== undefined) await unlessGivenUp(next, next.prepare);
        while (!next.givenUp)
          if (tryCommit(next)) break;
          else await pause();
      } catch (error) {
        next.failed(error);
      }
      this.#bytes -= next.bytes;
      this.#waiting.shift();
    }
  }
}

/** Does a small write of its own, again while somebody else is writing. @throws any other failure */
export async function untilFree(work: () => void, givenUp: () => boolean): Promise<void> {
  while (!givenUp()) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    await pause();
  }
}

/** Whether it is done; not if somebody else is writing. @throws any other failure */
function tryCommit(waiting: Waiting): boolean {
  try {
    waiting.commit();
    waiting.done();
    return true;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return false;
  }
}

/** Waits for the work, but no longer than somebody waits for it. */
async function unlessGivenUp(waiting: Waiting, prepare: Prepare): Promise<void> {
  let ended = false;
  const watched = prepare(() => waiting.givenUp).finally(() => {
    ended = true;
  });
  watched.catch(() => {});
  const startedAt = performance.now();
  while (!ended && !waiting.givenUp) {
    await Promise.race([watched, pause(Math.min(50, 1 + (performance.now() - startedAt) / 4))]);
  }
}

function pause(milliseconds: number = Math.random() * LONGEST_PAUSE): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
