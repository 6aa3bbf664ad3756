import { describe, expect, it } from 'vitest';
import { ServerClock } from '../../../src/backends/redis/server-clock.ts';

describe('the deadline in the time of a server', () => {
  it('is unknown before the first answer, after a minute, and when forgotten', () => {
    const clock = new ServerClock();
    expect(clock.deadline(100, 0)).toBeUndefined();
    clock.learn(0, 10, 1_000_000);
    expect(clock.deadline(100, 20)).toBeDefined();
    expect(clock.deadline(100_000, 60_010)).toBeUndefined();
    clock.learn(0, 10, 1_000_000);
    clock.forget();
    expect(clock.deadline(100, 20)).toBeUndefined();
  });

  it('is never later than the instant here, whatever the ways there and back took', () => {
    for (const ahead of [-5_000, 0, 0.4, 123_456_789]) {
      for (const [there, back] of [
        [0, 0],
        [200, 0],
        [0, 200],
        [70, 30],
      ] as const) {
        const clock = new ServerClock();
        const sent = 1_000.7;
        clock.learn(sent, sent + there + back, Math.floor(sent + there + ahead));
        const deadline = clock.deadline(5_000, sent + there + back) ?? Infinity;
        expect(deadline - ahead).toBeLessThanOrEqual(5_000);
        expect(deadline - ahead).toBeGreaterThan(5_000 - back - 5);
      }
    }
  });

  it('comes from the quickest answer, and follows a clock that was set back', () => {
    const clock = new ServerClock();
    clock.learn(0, 2, 10_001);
    clock.learn(100, 300, 10_150);
    expect(clock.deadline(1_000, 300)).toBeGreaterThan(10_990);
    clock.learn(400, 402, 5_401);
    expect(clock.deadline(1_000, 402)).toBeLessThanOrEqual(6_000);
  });
});
