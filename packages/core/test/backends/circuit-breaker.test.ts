import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CircuitBreaker } from '../../src/backends/circuit-breaker.ts';

const breaker = (): CircuitBreaker => new CircuitBreaker({ failures: 3, pause: 2_000 });

function opened(at: number): CircuitBreaker {
  const open = breaker();
  for (let count = 0; count < 3; count += 1) open.failed(at);
  return open;
}

describe('circuit breaker', () => {
  test('opens after the given number of failures in a row, and says so once', () => {
    const tested = breaker();
    expect([tested.failed(0), tested.failed(0)]).toEqual([false, false]);
    expect(tested.admits(0)).toBe(true);
    expect(tested.failed(0)).toBe(true);
    expect(tested.state(0)).toBe('open');
    expect(tested.admits(1_999)).toBe(false);
    expect(tested.failed(0)).toBe(false);
  });

  test('a success in between begins the count anew', () => {
    const tested = breaker();
    tested.failed(0);
    tested.failed(0);
    tested.succeeded();
    tested.failed(0);
    expect(tested.state(0)).toBe('closed');
  });

  test('lets one attempt through after the pause', () => {
    const tested = opened(0);
    expect(tested.state(2_000)).toBe('half-open');
    expect(tested.admits(2_000)).toBe(true);
    expect(tested.admits(2_000)).toBe(false);
  });

  test('a failed attempt begins the next pause, a successful one closes it', () => {
    const tested = opened(0);
    tested.admits(2_000);
    tested.failed(2_100);
    expect(tested.admits(4_099)).toBe(false);
    expect(tested.admits(4_100)).toBe(true);
    tested.succeeded();
    expect(tested.state(4_100)).toBe('closed');
  });

  test('an attempt that never ends does not keep it open for ever', () => {
    const tested = opened(0);
    expect(tested.admits(2_000)).toBe(true);
    expect(tested.admits(4_000)).toBe(true);
  });

  test('a clock that was set back does not keep it open', () => {
    const tested = opened(1_000_000);
    expect(tested.admits(10)).toBe(true);
  });

  test('whatever happens: everything is tried while closed, one attempt in a pause while open', () => {
    const step = fc.record({ wait: fc.nat(3_000), succeeds: fc.boolean() });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const tested = breaker();
      let [now, lastAttempt, failures] = [0, -Infinity, 0];
      for (const { wait, succeeds } of steps) {
        now += wait;
        const expected = failures < 3 || now - lastAttempt >= 2_000;
        if (tested.admits(now) !== expected) return false;
        if (!expected) continue;
        lastAttempt = now;
        failures = succeeds ? 0 : failures + 1;
        if (succeeds) tested.succeeded();
        else tested.failed(now);
      }
      return true;
    });
    expect(fc.check(property).failed).toBe(false);
  });
});
