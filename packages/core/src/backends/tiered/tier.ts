import type { Clock } from '../../clock.ts';
import type { Entry } from '../../entry.ts';
import { CacheError, isRefusal } from '../../errors.ts';
import type { MaybePromise, Store, StoreContext } from '../backend.ts';
import { CircuitBreaker, type CircuitBreakerOptions } from '../circuit-breaker.ts';
import { Doubts } from './doubts.ts';

/** What a tier is allowed to take and when it is left alone. */
export interface TierOptions extends CircuitBreakerOptions {
  readonly name: 'l1' | 'l2';
  /** Milliseconds that a call may take. */
  readonly timeout: number;
}

/** Who is told how a call ended, before its caller is. */
interface Outcome {
  readonly succeeded?: ((result: unknown) => void) | undefined;
  /** `late` is the call, if it was given up on and may still take effect. */
  readonly failed?: ((error: unknown, late?: Promise<unknown>) => void) | undefined;
}

/**
 * A store that cannot hold anybody up: each call ends within the timeout, a store that fails again and again is not asked for a
 * while, and what it holds under a key is not believed after a write of that key failed.
 */
export class Tier {
  readonly store: Store;
  readonly #options: TierOptions;
  readonly #clock: Clock;
  readonly #report: StoreContext['report'];
  readonly #breaker: CircuitBreaker;
  readonly #doubts = new Doubts();
  #settling = false;

  constructor(store: Store, options: TierOptions, { clock, report }: StoreContext) {
    this.store = store;
    this.#options = options;
    this.#clock = clock;
    this.#report = report;
    this.#breaker = new CircuitBreaker(options);
  }

  /** Whether what the store holds under the key may be older than what readers have seen. */
  doubts(key: string): boolean {
    return this.#doubts.has(key);
  }

  /** The entry, unless it is in doubt. */
  get(key: string): MaybePromise<Entry | undefined> {
    if (this.#doubts.has(key)) {
      this.#settleDoubts();
      return undefined;
    }
    const found = this.run('get', () => this.store.get(key));
    return found instanceof Promise ? found.then((entry) => this.#believed(entry)) : this.#believed(found);
  }

  /** The entries in the order of the keys, without those in doubt. */
  getMany(keys: readonly string[]): MaybePromise<(Entry | undefined)[]> {
    const believed = (found: readonly (Entry | undefined)[]): (Entry | undefined)[] =>
      keys.map((key, index) => (this.#doubts.has(key) ? undefined : this.#believed(found[index])));
    const found = this.run('getMany', () => this.store.getMany(keys));
    return found instanceof Promise ? found.then(believed) : believed(found);
  }

  /** A write of these keys. If it fails, nobody knows what is there. */
  write<T>(operation: string, keys: readonly string[], work: () => MaybePromise<T>): MaybePromise<T> {
    const versions = keys.map((key) => this.#doubts.versionOf(key));
    const failed = (error: unknown, late?: Promise<unknown>): void => {
      if (isRefusal(error)) return;
      for (const key of keys) this.#doubts.add(key, this.#clock.now(), late);
    };
    const succeeded = (result: unknown): void => {
      if (result === false) return;
      for (const [index, key] of keys.entries()) this.#doubts.settle(key, versions[index] ?? 0);
    };
    return this.run(operation, work, { failed, succeeded });
  }

  /** Removes everything. If it fails, nothing that was stored before is believed any more. */
  clear(): MaybePromise<void> {
    const failed = (): void => this.#doubts.addAll(this.#clock.now());
    return this.run('clear', () => this.store.clear(), { failed });
  }

  /** A call, if the store is to be asked at all. @throws what the call throws, or `ERR_CACHE_BACKEND` */
  run<T>(operation: string, work: () => MaybePromise<T>, { failed, succeeded }: Outcome = {}): MaybePromise<T> {
    const fail = (error: unknown, late?: Promise<unknown>): never => {
      if (!isRefusal(error)) this.#failed(operation, error);
      failed?.(error, late);
      throw error;
    };
    if (!this.#breaker.admits(this.#clock.now())) {
      const error = unavailable(`${this.#options.name} is left alone for a while, because it failed again and again`);
      failed?.(error);
      throw error;
    }
    let result: MaybePromise<T>;
    try {
      result = work();
    } catch (error) {
      return fail(error);
    }
    if (!(result instanceof Promise)) return this.#succeeded(result, succeeded);
    let late: Promise<unknown> | undefined;
    const givenUp = (): void => {
      late = result as Promise<T>;
    };
    return this.limited(operation, result, givenUp).then(
      (value) => this.#succeeded(value, succeeded),
      (error: unknown) => fail(error, late),
    );
  }

  /** Waits for a call no longer than the timeout. `givenUp` is told if that was not enough. */
  limited<T>(operation: string, call: Promise<T>, givenUp?: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#options.timeout, () => {
        givenUp?.();
        reject(unavailable(`${this.#options.name} ${operation} took longer than ${this.#options.timeout} ms`));
      });
      call.finally(cancel).then(resolve, reject);
    });
  }

  #believed(entry: Entry | undefined): Entry | undefined {
    return entry !== undefined && this.#doubts.covers(entry) ? undefined : entry;
  }

  #succeeded<T>(result: T, succeeded: Outcome['succeeded']): T {
    this.#breaker.succeeded();
    succeeded?.(result);
    if (this.#doubts.some) this.#settleDoubts();
    return result;
  }

  #failed(operation: string, error: unknown): void {
    if (this.#breaker.failed(this.#clock.now())) {
      this.#report(`${this.#options.name} ${operation}: left alone for ${this.#options.pause} ms`, error);
    }
  }

  /** Deletes what is in doubt, a hundred keys at a time, while the store works. */
  #settleDoubts(): void {
    const due = this.#settling ? [] : this.#doubts.due();
    if (due.length === 0) return;
    this.#settling = true;
    void this.#settle(due).finally(() => {
      this.#settling = false;
    });
  }

  async #settle(due: readonly (readonly [key: string, version: number])[]): Promise<void> {
    try {
      await this.run('deleteMany', () => this.store.deleteMany(due.map(([key]) => key)));
      for (const [key, version] of due) this.#doubts.settle(key, version);
    } catch {
      // The keys stay in doubt, and the next call that succeeds tries again.
    }
  }
}

function unavailable(what: string): CacheError {
  return new CacheError('ERR_CACHE_BACKEND', `${what}.`);
}
