import type { Clock } from '../../clock.ts';
import type { RedisValues } from './redis-values.ts';

/** The right of one process to write to the other database, renewed while it does. Only a process that stood still loses it. */
export class Lease {
  readonly #values: RedisValues;
  readonly #milliseconds: number;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  /** Until when it is ours for certain, in milliseconds of `performance.now()`. */
  #until: number;
  #cancel: () => void = () => {};
  #released = false;

  private constructor(values: RedisValues, milliseconds: number, clock: Clock, asked: number) {
    this.#values = values;
    this.#milliseconds = milliseconds;
    this.#clock = clock;
    this.#until = asked + milliseconds;
    this.#renewLater();
  }

  /** `undefined`: another process has it. */
  static async take(values: RedisValues, milliseconds: number, clock: Clock): Promise<Lease | undefined> {
    const asked = performance.now();
    return (await values.lease(milliseconds)) ? new Lease(values, milliseconds, clock, asked) : undefined;
  }

  /** Aborted when it is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether nobody else can have had it so far. */
  get held(): boolean {
    if (performance.now() >= this.#until) this.#lost.abort(new Error('The lease is over.'));
    return !this.#lost.signal.aborted;
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#cancel();
    if (this.held) await this.#values.release();
  }

  #renewLater(): void {
    this.#cancel = this.#clock.after(this.#milliseconds / 3, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const asked = performance.now();
    const ours = await this.#values.lease(this.#milliseconds).catch(() => undefined);
    if (ours === false) this.#lost.abort(new Error('Another process has the lease.'));
    if (ours === true && this.held) this.#until = asked + this.#milliseconds;
    if (!this.#released && this.held) this.#renewLater();
  }
}
