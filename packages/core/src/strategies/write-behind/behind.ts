import { type Cache, spaceOf } from '../../cache.ts';
import type { RepositorySettings } from '../repositories/options.ts';
import type { WriteSource } from '../source.ts';
import { drainOnSigterm } from './drain.ts';
import { Flusher } from './flusher.ts';
import { Intake } from './intake.ts';
import type { Outcome, PendingWrite, WriteQueue } from './journal.ts';
import { drop, dropOthers } from './kept-values.ts';
import type { WriteBehindSettings } from './options.ts';
import { Sink } from './sink.ts';
import type { WriteBehindStats } from './write-behind.ts';

/** What happens behind a repository: writes into the journal, and from there to the source. */
export class Behind<K, V> {
  readonly queue: WriteQueue;
  readonly intake: Intake;
  /** Resolves when the journal is open; `undefined` if it is. @throws why it cannot be opened */
  readonly opened: () => Promise<void> | undefined;
  readonly #cache: Cache;
  readonly #flusher: Flusher;
  readonly #sink: Sink<K, V>;
  readonly #endDraining: () => void;
  #opening: Promise<void> | undefined;
  readonly #firstOpening: Promise<void> | undefined;
  /** The journal could not be opened; whoever needs it tries again. */
  #isUnopened = false;
  #draining = false;
  #closed: Promise<number> | undefined;
  #written = 0;
  #failed = 0;

  /** @throws CacheError `ERR_CACHE_BACKEND` if the journal cannot be opened */
  constructor(
    cache: Cache,
    source: WriteSource<K, V>,
    repository: RepositorySettings<K, V>,
    settings: WriteBehindSettings,
  ) {
    const { clock } = spaceOf(cache).root;
    const { name, journal, drain, saveTimeout, maxPending, batchSize, concurrency } = settings;
    const report = (operation: string, error: unknown): void => spaceOf(cache).report(operation, error);
    const nameOf = (key: K): string => spaceOf(cache).id(repository.keyOf(key));
    const wake = (): void => this.#wake();
    const changed = (): void => {
      this.intake.roomMade();
      wake();
    };
    this.#cache = cache;
    this.queue = journal.open({ ...settings, name, clock, report, changed });
    this.intake = new Intake(this.queue, { ...settings, clock, maxWaiting: maxPending, changed: wake, report });
    this.#sink = new Sink(source, { clock, timeout: saveTimeout, retry: settings.retry, nameOf });
    this.#flusher = new Flusher(this.queue, {
      clock,
      batchSize: this.#sink.takesMany ? batchSize : 1,
      concurrency,
      attempt: (writes) => this.#attempt(writes),
      report,
    });
    this.opened = () => {
      if (this.#isUnopened) this.#open(report);
      return this.#opening;
    };
    this.#open(report);
    this.#firstOpening = this.#opening?.catch(() => {});
    this.#endDraining = drain === undefined ? () => {} : drainOnSigterm(() => this.#drain(drain));
  }

  /** What readers wait for: a journal that cannot be opened does not keep them from reading. */
  readable(): Promise<void> | undefined {
    return this.#opening && this.#firstOpening;
  }

  async flush(timeout: number): Promise<number> {
    await this.opened();
    await this.#inTime(this.#flusher.flush(), timeout);
    return (await this.queue.backlog()).pending;
  }

  async stats(): Promise<WriteBehindStats> {
    await this.opened();
    const { pending, bytes, dead, waitingSince } = await this.queue.backlog();
    const now = spaceOf(this.#cache).root.clock.now();
    return {
      pending,
      bytes,
      lag: waitingSince === undefined ? 0 : Math.max(0, now - waitingSince),
      deadLetters: dead,
      waiting: this.intake.waiting,
      written: this.#written,
      failed: this.#failed,
    };
  }

  close(timeout: number): Promise<number> {
    this.#closed ??= this.#close(timeout);
    return this.#closed;
  }

  #open(report: (operation: string, error: unknown) => void): void {
    this.#isUnopened = false;
    const opening = this.queue.open();
    if (!(opening instanceof Promise)) {
      this.#opening = undefined;
      return this.#flusher.wake();
    }
    this.#opening = opening.then(() => {
      this.#opening = undefined;
      this.#flusher.wake();
    });
    this.#opening.catch((error: unknown) => {
      this.#isUnopened = true;
      report('write-behind journal', error);
    });
  }

  async #close(timeout: number): Promise<number> {
    this.#endDraining();
    await this.intake.close();
    try {
      return timeout === 0 ? (await this.queue.backlog()).pending : await this.flush(timeout);
    } finally {
      // What is still under way then is written again by the next process.
      await this.#inTime(this.#flusher.stop(), timeout);
      await this.queue.close();
    }
  }

  /** From now on everything is due at once. */
  async #drain(timeout: number): Promise<void> {
    this.#draining = true;
    // This one keeps the process alive, which waits for nothing else than its writes.
    const waiting = setTimeout(() => {}, timeout);
    try {
      await this.flush(timeout);
    } finally {
      clearTimeout(waiting);
    }
  }

  #wake(): void {
    if (this.#draining) void this.#hurry();
    this.#flusher.wake();
  }

  async #hurry(): Promise<void> {
    try {
      await this.queue.urge('untried');
    } catch {
      // The flusher will find out, and tell.
    }
  }

  async #attempt(writes: readonly PendingWrite[]): Promise<Outcome[]> {
    const outcomes = await this.#sink.write(writes);
    const of = (result: Outcome['result']): Outcome[] => outcomes.filter((outcome) => outcome.result === result);
    const isLast = ({ write }: Outcome): boolean => (this.queue.find(write.name)?.sequence ?? 0) <= write.sequence;
    const done = of('done');
    const dead = of('dead');
    this.#written += done.length;
    this.#failed += outcomes.length - done.length;
    this.#tell(outcomes);
    // Before the queue forgets them: until then readers in this process see what is pending.
    try {
      await dropOthers(
        this.#cache,
        done.filter(isLast).map(({ write }) => write),
      );
      await drop(
        this.#cache,
        dead.filter(isLast).map(({ write }) => write),
      );
    } catch (error) {
      spaceOf(this.#cache).report('write-behind cache', error);
    }
    return outcomes;
  }

  #tell(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.result === 'done') continue;
      const operation = outcome.result === 'dead' ? 'write-behind dead letter' : `write-behind ${outcome.write.kind}`;
      spaceOf(this.#cache).report(operation, outcome.error, outcome.write.name);
    }
  }

  async #inTime(work: Promise<void>, timeout: number): Promise<void> {
    work.catch(() => {});
    if (timeout === 0) return;
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = spaceOf(this.#cache).root.clock.after(timeout, resolve);
    });
    try {
      await Promise.race([work, late]);
    } finally {
      cancel();
    }
  }
}
