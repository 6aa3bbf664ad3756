import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueTimes } from '../../../src/strategies/write-behind/due-times.ts';
import { pauseAfter, resolveRetry } from '../../../src/strategies/write-behind/retry.ts';

it('gives subjects in the order of their instants, and those of one instant as they came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (instants) => {
      const due = new DueTimes<number>();
      const added = instants.map((at, order) => ({ at, order }));
      for (const { at, order } of added) due.add(order, at);
      expect(due.first).toBe(instants.length === 0 ? Infinity : Math.min(...instants));
      const sorted = added.sort((a, b) => a.at - b.at || a.order - b.order).map(({ order }) => order);
      expect(instants.map(() => due.shift())).toEqual(sorted);
      expect(due.shift()).toBeUndefined();
    }),
  );
});

it('pauses longer after each failure, up to the longest, and a fifth less at random', () => {
  const retry = resolveRetry({ first: '1s', factor: 3, longest: '10s' });
  expect([1, 2, 3, 4].map((failed) => pauseAfter(failed, retry, 0))).toEqual([1_000, 3_000, 9_000, 10_000]);
  expect(pauseAfter(1, retry, 1)).toBe(800);
});
