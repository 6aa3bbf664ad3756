import type { Clock } from '../../clock.ts';
import { CacheError, show } from '../../errors.ts';
import { copy } from '../../isolation.ts';
import type { Removal, Save, WriteFailure, WriteSource } from '../source.ts';
import type { Outcome, PendingWrite } from './journal.ts';
import { pauseAfter, type Retry } from './retry.ts';

/** What a sink must know. */
export interface SinkSettings<K> {
  readonly clock: Clock;
  /** Milliseconds that one call of the source may take. */
  readonly timeout: number;
  readonly retry: Retry;
  /** What a key is called in the queue. */
  readonly nameOf: (key: K) => string;
}

/** How an attempt went: `failed` says why not. */
interface Attempt {
  readonly write: PendingWrite;
  readonly failed?: { readonly error: unknown; readonly alone: boolean };
}

/** The source did not end in time: nobody knows what it did. */
class TookTooLong extends Error {}

/** Writes to the source, and finds out which of several it did not take. */
export class Sink<K, V> {
  readonly #source: WriteSource<K, V>;
  readonly #settings: SinkSettings<K>;

  constructor(source: WriteSource<K, V>, settings: SinkSettings<K>) {
    this.#source = source;
    this.#settings = settings;
  }

  /** Whether the source can take several writes of some kind in one step. */
  get takesMany(): boolean {
    return this.#source.saveMany !== undefined || this.#source.removeMany !== undefined;
  }

  /** Tries each of the writes; never throws. */
  async write(writes: readonly PendingWrite[]): Promise<Outcome[]> {
    const attempts: Attempt[] = [];
    for (const kind of ['save', 'remove'] as const) {
      const ofKind = writes.filter((write) => write.kind === kind);
      const many = kind === 'save' ? this.#source.saveMany : this.#source.removeMany;
      if (many !== undefined && ofKind.length > 1)
        attempts.push(...(await this.#together(ofKind, new Patience(ofKind))));
      else for (const write of ofKind) attempts.push(await this.#one(write));
    }
    const now = this.#settings.clock.now();
    return attempts.map((attempt) => this.#outcome(attempt, now));
  }

  #outcome({ write, failed }: Attempt, now: number): Outcome {
    if (failed === undefined) return { write, result: 'done' };
    const { retry } = this.#settings;
    const attempts = write.attempts + 1;
    const { error, alone } = failed;
    if (attempts >= retry.attempts) return { write, result: 'dead', error };
    return { write, result: 'again', dueAt: now + pauseAfter(attempts, retry, Math.random()), alone, error };
  }

  async #one(write: PendingWrite): Promise<Attempt> {
    try {
      if (write.kind === 'remove' && this.#source.remove === undefined) {
        const failures = await this.#inTime((signal) => this.#many([write], signal));
        return this.#withFailures([write], failures)[0] ?? { write };
      }
      await this.#inTime((signal) => {
        const context = { id: write.id, attempt: write.attempts + 1, signal };
        if (write.kind === 'save') return this.#source.save(write.key as K, valueOf(write) as V, context);
        return this.#source.remove?.(write.key as K, context);
      });
      return { write };
    } catch (error) {
      return { write, failed: { error, alone: error instanceof TookTooLong } };
    }
  }

  /** Where all of them fail at once, halves are tried, so that what the source refuses harms nothing else. */
  async #together(writes: readonly PendingWrite[], patience: Patience): Promise<Attempt[]> {
    const [first] = writes;
    if (first === undefined) return [];
    if (writes.length === 1) {
      const attempt = await this.#one(first);
      patience.hear(attempt.failed === undefined);
      return [attempt];
    }
    try {
      const failures = await this.#inTime((signal) => this.#many(writes, signal));
      patience.hear(true);
      return this.#withFailures(writes, failures);
    } catch (error) {
      patience.hear(false);
      const alone = error instanceof TookTooLong;
      if (alone || patience.isOver) return writes.map((write) => ({ write, failed: { error, alone } }));
      const middle = writes.length >> 1;
      return [
        ...(await this.#together(writes.slice(0, middle), patience)),
        ...(await this.#together(writes.slice(middle), patience)),
      ];
    }
  }

  #many(writes: readonly PendingWrite[], signal: AbortSignal): unknown {
    const each = writes.map((write) => {
      return { id: write.id, attempt: write.attempts + 1, signal, key: write.key, value: valueOf(write) };
    });
    const isSave = writes[0]?.kind === 'save';
    return isSave ? this.#source.saveMany?.(each as Save<K, V>[]) : this.#source.removeMany?.(each as Removal<K>[]);
  }

  #withFailures(writes: readonly PendingWrite[], failures: unknown): Attempt[] {
    if (!Array.isArray(failures)) return writes.map((write) => ({ write }));
    const errors = new Map<string, unknown>();
    for (const failure of failures as (WriteFailure<K> | undefined)[]) {
      const name = this.#nameOf(failure);
      if (!writes.some((write) => write.name === name)) throw unknownFailure(failure);
      errors.set(name as string, failure?.error);
    }
    return writes.map((write) => {
      return errors.has(write.name) ? { write, failed: { error: errors.get(write.name), alone: false } } : { write };
    });
  }

  #nameOf(failure: WriteFailure<K> | undefined): string | undefined {
    try {
      return failure === undefined || failure === null ? undefined : this.#settings.nameOf(failure.key);
    } catch {
      return undefined;
    }
  }

  async #inTime(work: (signal: AbortSignal) => unknown): Promise<unknown> {
    const { clock, timeout } = this.#settings;
    const given = new AbortController();
    let cancel = (): void => {};
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(timeout, () => {
        const error = new TookTooLong(`The source did not end within ${timeout} ms.`);
        reject(error);
        given.abort(error);
      });
    });
    try {
      const working = Promise.resolve(work(given.signal));
      // What comes of it after the deadline is nobody's any more.
      working.catch(() => {});
      return await Promise.race([working, late]);
    } finally {
      cancel();
    }
  }
}

/** The source may do with the value what it likes. */
function valueOf({ value, copyOnRead }: PendingWrite): unknown {
  return copyOnRead ? copy(value) : value;
}

/** Ends the search for what the source refuses, when it turns out to refuse everything. */
class Patience {
  #left: number;
  #isAlive = false;

  constructor(writes: readonly PendingWrite[]) {
    this.#left = 2 * Math.ceil(Math.log2(writes.length)) + 2;
  }

  get isOver(): boolean {
    return !this.#isAlive && this.#left <= 0;
  }

  hear(taken: boolean): void {
    if (taken) this.#isAlive = true;
    else this.#left -= 1;
  }
}

/** A failure that names no write of the batch: which one it means cannot be told, so none of them counts as done. */
function unknownFailure(failure: unknown): CacheError {
  const message = `The source returned ${show(failure)} among what it has not done; allowed: \`{ key, error }\` with a key that it was given.`;
  return new CacheError('ERR_CACHE_VALUE', message);
}
