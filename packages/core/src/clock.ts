/**
 * Where a cache takes the time from. Tests pass one that they move by hand: `fakeClock()` of `@cache/core/testing`.
 */
export interface Clock {
  /** Now, in milliseconds since 1970 (the epoch of `Date.now()`). */
  now(): number;
  /** Calls `callback` once after `milliseconds`; the function returned cancels it. Never keeps a process alive. */
  after(milliseconds: number, callback: () => void): () => void;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** The time of the machine. */
export const systemClock: Clock = {
  now: Date.now,
  after(milliseconds, callback) {
    // Beyond this `setTimeout` overflows and fires at once; 24 days are as good as never for a deadline.
    if (milliseconds > LONGEST_TIMER) return () => {};
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
