/** When a circuit breaker opens and for how long. */
export interface CircuitBreakerOptions {
  /** Failures in a row after which nothing is tried any more. */
  readonly failures: number;
  /** Milliseconds without any attempt, after which one may try. */
  readonly pause: number;
}

/** `closed`: everything is tried. `open`: nothing is. `half-open`: one attempt is under way or may begin. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * Decides whether something that keeps failing is tried at all. After a number of failures in a row it opens: nothing is tried for a
 * while; then one attempt is let through, and what becomes of it closes the breaker or begins the next pause.
 *
 * Holds no timer and asks no clock: each method is told the time, in milliseconds.
 *
 * @example
 * const breaker = new CircuitBreaker({ failures: 5, pause: 2_000 });
 * if (breaker.admits(clock.now())) await attempt().then(() => breaker.succeeded(), () => breaker.failed(clock.now()));
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #failures = 0;
  #pausedAt = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  state(now: number): CircuitState {
    if (this.#failures < this.#options.failures) return 'closed';
    return this.#isPaused(now) ? 'open' : 'half-open';
  }

  /** Whether to try now. Who is let through while it is half-open is the only one for the length of a pause. */
  admits(now: number): boolean {
    if (this.#failures < this.#options.failures) return true;
    if (this.#isPaused(now)) return false;
    this.#pausedAt = now;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Notes a failure; whether it opened the breaker. */
  failed(now: number): boolean {
    this.#failures += 1;
    if (this.#failures < this.#options.failures) return false;
    this.#pausedAt = now;
    return this.#failures === this.#options.failures;
  }

  /** A pause that seems to begin in the future is over: the clock was set back, and nobody knows by how much. */
  #isPaused(now: number): boolean {
    return now >= this.#pausedAt && now < this.#pausedAt + this.#options.pause;
  }
}
