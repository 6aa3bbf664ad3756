import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { fakeClock } from '../../src/testing/index.ts';

describe('the clock of the machine', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls back once, after the time it was given', () => {
    const callback = vi.fn<() => void>();
    systemClock.after(1_000, callback);
    vi.advanceTimersByTime(999);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(callback).toHaveBeenCalledOnce();
  });

  it('can be told not to', () => {
    const callback = vi.fn<() => void>();
    systemClock.after(1_000, callback)();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([2 ** 31, Infinity])('sets no timer for %s milliseconds, which would fire at once', (milliseconds) => {
    systemClock.after(milliseconds, () => {})();
    systemClock.after(milliseconds, () => {});
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a timer of the machine', () => {
  it('keeps no process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const cancel = systemClock.after(60_000, () => {});
    expect(timers()).toBe(before);
    cancel();
  });
});

describe('the fake clock', () => {
  it('stands still until it is moved', () => {
    const clock = fakeClock(5);
    expect([clock.now(), clock.now()]).toEqual([5, 5]);
    clock.advance(10);
    expect(clock.now()).toBe(15);
  });

  it('calls back in the order of time, at the time it was asked for', () => {
    const clock = fakeClock(0);
    const calls: [string, number][] = [];
    clock.after(20, () => calls.push(['late', clock.now()]));
    clock.after(10, () => {
      calls.push(['early', clock.now()]);
      clock.after(5, () => calls.push(['from within', clock.now()]));
    });
    clock.after(30, () => calls.push(['cancelled', clock.now()]))();
    clock.advance(100);
    expect(calls).toEqual([
      ['early', 10],
      ['from within', 15],
      ['late', 20],
    ]);
    expect(clock.now()).toBe(100);
  });

  it('can be put right without calling back', () => {
    const clock = fakeClock(1_000);
    const callback = vi.fn<() => void>();
    clock.after(10, callback);
    clock.jump(500);
    expect(clock.now()).toBe(500);
    clock.jump(2_000);
    expect(callback).not.toHaveBeenCalled();
  });
});
