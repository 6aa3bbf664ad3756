import { systemClock } from '../../clock.ts';
import { CacheError } from '../../errors.ts';
import { CircuitBreaker } from '../circuit-breaker.ts';

/** What the backend needs of a Keyv, as versions 5 and 6 have it. */
export interface KeyvInstance {
  getRaw(key: string): Promise<{ readonly value?: unknown } | undefined>;
  getMany(keys: string[]): Promise<readonly unknown[]>;
  set(key: string, value: string, ttl?: number): Promise<boolean>;
  on(event: string, listener: (error: unknown) => void): unknown;
  off(event: string, listener: (error: unknown) => void): unknown;
}

/** Calls that may wait for their answers at the same time. */
const MAX_WAITING = 10_000;

/**
 * Texts in a Keyv. A call ends at its deadline, is not begun after it, and fails when the Keyv does, which is not plain to see: most failures it only emits, and
 * answers as if nothing were there.
 */
export class Items {
  readonly #keyv: KeyvInstance;
  readonly #timeout: number;
  readonly #breaker = new CircuitBreaker({ failures: 5, pause: 1_000 });
  #failures = 0;
  #lastFailure: unknown;
  #waiting = 0;
  #closed = false;

  /** @param timeout of each call, in milliseconds */
  constructor(keyv: KeyvInstance, timeout: number) {
    this.#keyv = keyv;
    this.#timeout = timeout;
    keyv.on('error', this.#failed);
  }

  /** Until when a call that begins now may take, as `performance.now()` tells the time. */
  deadline(): number {
    return performance.now() + this.#timeout;
  }

  async get(name: string, until: number): Promise<string | undefined> {
    // Unlike `get`, it does not answer that nothing is there when its store rejects.
    return textIn((await this.#run(until, () => this.#keyv.getRaw(name)))?.value);
  }

  async getMany(names: string[], until: number): Promise<(string | undefined)[]> {
    const found = await this.#run(until, () => this.#keyv.getMany(names));
    return names.map((_, index) => textIn(found[index]));
  }

  /** @param ttl in milliseconds, greater than 0; `Infinity` for ever */
  async set(name: string, text: string, ttl: number, until: number): Promise<void> {
    const stored = await this.#run(until, () => this.#keyv.set(name, text, ttl === Infinity ? undefined : ttl));
    if (stored === false) throw failure('did not store an entry');
  }

  close(): void {
    this.#closed = true;
    this.#keyv.off('error', this.#failed);
  }

  readonly #failed = (error: unknown): void => {
    this.#failures += 1;
    this.#lastFailure = error;
  };

  async #run<T>(until: number, call: () => Promise<T>): Promise<T> {
    if (this.#closed) throw failure('was closed');
    if (this.#waiting >= MAX_WAITING) throw failure(`has ${MAX_WAITING} calls waiting`);
    if (!this.#breaker.admits(performance.now()))
      throw failure('is left alone for a second, because it failed again and again');
    try {
      const answer = await this.#limited(until, call);
      this.#breaker.succeeded();
      return answer;
    } catch (error) {
      this.#breaker.failed(performance.now());
      throw error;
    }
  }

  async #limited<T>(until: number, call: () => Promise<T>): Promise<T> {
    const failures = this.#failures;
    const left = until - performance.now();
    if (left <= 0) throw failure(`had no time left of ${this.#timeout} ms`);
    const answer = await new Promise<T>((resolve, reject) => {
      const cancel = systemClock.after(left, () => {
        reject(failure(`did not answer within ${this.#timeout} ms`));
      });
      this.#waiting += 1;
      const ended = (): void => {
        this.#waiting -= 1;
        cancel();
      };
      void Promise.resolve().then(call).finally(ended).then(resolve, reject);
    });
    // It may have been the failure of another call; then one answer more is not believed.
    if (this.#failures !== failures) throw asError(this.#lastFailure);
    return answer;
  }
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : failure(`failed: ${String(thrown)}`);
}

function failure(what: string): CacheError {
  return new CacheError('ERR_CACHE_BACKEND', `The Keyv ${what}.`);
}
