import type { Clock } from '../clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves the time forward and runs the timers that come due, in their order. */
  advance(milliseconds: number): void;
  /** Sets the time without running timers, backwards too: a clock that was put right. */
  jump(to: number): void;
}

/**
 * A clock for tests.
 *
 * @param start the first instant, in milliseconds since 1970; default 2026-01-01
 * @example
 * const clock = fakeClock();
 * const cache = createCache({ clock, ttl: '1m' });
 * await cache.set('a', 1);
 * clock.advance(60_000); // 'a' is expired now
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    after(milliseconds, callback) {
      const timer = { at: now + milliseconds, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
    },
    jump(to) {
      now = to;
    },
  };
}
