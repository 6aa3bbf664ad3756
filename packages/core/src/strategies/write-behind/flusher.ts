import type { Clock } from '../../clock.ts';
import type { Outcome, PendingWrite, WriteQueue } from './journal.ts';

/** What a flusher must know. */
export interface FlusherSettings {
  readonly clock: Clock;
  /** Writes that go to the source in one step. */
  readonly batchSize: number;
  /** Steps under way at the same time. */
  readonly concurrency: number;
  /** Tries writes; never throws. */
  readonly attempt: (writes: readonly PendingWrite[]) => Promise<readonly Outcome[]>;
  readonly report: (operation: string, error: unknown) => void;
}

/** Milliseconds after which a journal that failed is asked again. */
const JOURNAL_PAUSE = 1_000;

/** Takes writes from the queue when they are due, and has them tried. */
export class Flusher {
  readonly #queue: WriteQueue;
  readonly #settings: FlusherSettings;
  readonly #underWay = new Set<Promise<void>>();
  #flushes: Deferred[] = [];
  #cancelTimer: () => void = () => {};
  #pumping: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(queue: WriteQueue, settings: FlusherSettings) {
    this.#queue = queue;
    this.#settings = settings;
  }

  /** Looks now whether something is due. */
  wake(): void {
    this.#again = true;
    if (!this.#stopped) this.#pumping ??= this.#pump();
  }

  /**
   * Has everything tried that was accepted before, due or not; resolves when each of it was tried once.
   *
   * @throws what the journal throws
   */
  async flush(): Promise<void> {
    await this.#queue.urge('all');
    if (!this.#queue.urgent || this.#stopped) return;
    const flush = withResolvers();
    this.#flushes.push(flush);
    this.wake();
    await flush.promise;
  }

  /** Takes nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    while (this.#pumping !== undefined || this.#underWay.size > 0) {
      await Promise.all([this.#pumping, ...this.#underWay]);
    }
    this.#endFlushes();
  }

  async #pump(): Promise<void> {
    let nextAt = Infinity;
    // Everything that wakes it in this turn is one look.
    await Promise.resolve();
    try {
      while (this.#again) {
        this.#again = false;
        await this.#takeSome();
      }
      nextAt = this.#queue.nextAt();
      if (!this.#queue.urgent) this.#endFlushes();
    } catch (error) {
      this.#settings.report('write-behind journal', error);
      this.#endFlushes(error);
      nextAt = this.#settings.clock.now() + JOURNAL_PAUSE;
    }
    this.#pumping = undefined;
    if (this.#again) this.wake();
    else this.#lookAgainAt(nextAt);
  }

  async #takeSome(): Promise<void> {
    const { batchSize, concurrency } = this.#settings;
    while (!this.#stopped && this.#underWay.size < concurrency) {
      const writes = await this.#queue.take(batchSize);
      if (writes.length === 0) return;
      const work = this.#work(writes).finally(() => {
        this.#underWay.delete(work);
        this.wake();
      });
      this.#underWay.add(work);
    }
  }

  async #work(writes: readonly PendingWrite[]): Promise<void> {
    const outcomes = await this.#settings.attempt(writes);
    try {
      await this.#queue.settle(outcomes);
    } catch (error) {
      this.#settings.report('write-behind journal', error);
    }
  }

  #lookAgainAt(instant: number): void {
    this.#cancelTimer();
    // What is under way wakes it when it ends.
    if (this.#stopped || instant === Infinity || this.#underWay.size >= this.#settings.concurrency) return;
    const { clock } = this.#settings;
    this.#cancelTimer = clock.after(Math.max(1, instant - clock.now()), () => this.wake());
  }

  #endFlushes(error?: unknown): void {
    const ended = this.#flushes;
    this.#flushes = [];
    for (const { resolve, reject } of ended) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function withResolvers(): Deferred {
  let resolve: Deferred['resolve'] = () => {};
  let reject: Deferred['reject'] = () => {};
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
