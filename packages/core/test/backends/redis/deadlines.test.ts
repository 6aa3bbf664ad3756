import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Deadline, Deadlines } from '../../../src/backends/redis/deadlines.ts';
import { afterThisTest, cleanUpAfterEach } from './support.ts';

cleanUpAfterEach();

interface Wait {
  /** Milliseconds from now, in the past too. */
  readonly after: number;
  readonly removed: boolean;
}

/** Waits as given, and what expired in which order; every instant is over when it resolves. */
async function outcome(waits: readonly Wait[]): Promise<{ expired: number[]; early: number[] }> {
  const deadlines = new Deadlines();
  const start = performance.now();
  const expired: number[] = [];
  const early: number[] = [];
  const made = waits.map(({ after }, index): Deadline => {
    const at = start + after;
    return {
      at,
      expired: () => {
        expired.push(index);
        if (performance.now() < at) early.push(index);
      },
    };
  });
  const removes = made.map((deadline) => deadlines.add(deadline));
  for (const [index, { removed }] of waits.entries()) if (removed) removes[index]?.();
  // The last of all; what comes before it has expired before it.
  await new Promise<void>((resolve) => {
    deadlines.add({ at: start + 30, expired: resolve });
  });
  for (const remove of removes) remove();
  return { expired, early };
}

describe('deadlines', () => {
  it('expire in the order of their instants, never early, and not at all once removed', async () => {
    const wait = fc.record({ after: fc.integer({ min: -2, max: 20 }), removed: fc.boolean() });
    const property = fc.asyncProperty(fc.array(wait, { maxLength: 30 }), async (waits) => {
      const { expired, early } = await outcome(waits);
      const left = waits
        .map(({ after, removed }, index) => ({ after, removed, index }))
        .filter((each) => !each.removed);
      const expected = left.toSorted((a, b) => a.after - b.after || a.index - b.index).map(({ index }) => index);
      expect(expired).toEqual(expected);
      expect(early).toEqual([]);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('may be removed and added while others expire', async () => {
    const deadlines = new Deadlines();
    const at = performance.now() + 1;
    const expired: string[] = [];
    await new Promise<void>((resolve) => {
      deadlines.add({
        at,
        expired: () => {
          expired.push('first');
          removeSecond();
          deadlines.add({ at: at + 2, expired: resolve });
        },
      });
      const removeSecond = deadlines.add({ at, expired: () => expired.push('second') });
    });
    expect(expired).toEqual(['first']);
  });

  it('share one timer, which keeps no process alive', () => {
    const keepingAlive = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = keepingAlive();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    afterThisTest(() => timers.mockRestore());
    const deadlines = new Deadlines();
    const removes = Array.from({ length: 100 }, (_, index) =>
      deadlines.add({ at: performance.now() + 10_000 + index, expired: () => {} }),
    );
    expect(timers).toHaveBeenCalledTimes(1);
    expect(keepingAlive()).toBe(before);
    for (const remove of removes) remove();
  });
});
