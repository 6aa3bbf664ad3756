import { describe, expect, test } from 'vitest';
import { median, percentile } from '../src/measure/statistics.ts';
import { seededRandom, uniformSequence, zipfSequence } from '../src/measure/zipf.ts';

describe('median', () => {
  test.each([
    [[5], 5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100, 1], 9.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('leaves its argument as it was, and does not exist for no values', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('percentile', () => {
  const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('%d of 1 to 100 is %d', (fraction, expected) => {
    expect(percentile(oneToHundred, fraction)).toBe(expected);
  });

  test('is always one of the values', () => {
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([1, 1000], 0.5)).toBe(1);
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

describe('sequences', () => {
  test('are the same for the same seed and others for another', () => {
    expect(zipfSequence(1000, 500, 1)).toEqual(zipfSequence(1000, 500, 1));
    expect(zipfSequence(1000, 500, 1)).not.toEqual(zipfSequence(1000, 500, 2));
    expect(uniformSequence(1000, 500, 1)).toEqual(uniformSequence(1000, 500, 1));
  });

  test('a zipf sequence prefers the first ranks in the proportion 1 / rank', () => {
    const counts = countsOf(zipfSequence(10_000, 200_000, 1), 10_000);
    const [first = 0, second = 0, , fourth = 0] = counts;
    expect(first / second).toBeCloseTo(2 ** 0.99, 0);
    expect(first / fourth).toBeCloseTo(4 ** 0.99, 0);
    expect(first / 200_000).toBeCloseTo(0.1, 1);
    expect(counts.slice(5_000).some((count) => count > 0)).toBe(true);
  });

  test('a uniform sequence prefers none', () => {
    const counts = countsOf(uniformSequence(10, 100_000, 1), 10);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('random numbers stay in [0, 1)', () => {
    const random = seededRandom(42);
    const numbers = Array.from({ length: 10_000 }, random);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(new Set(numbers).size).toBeGreaterThan(9_900);
  });
});

function countsOf(sequence: Uint32Array, count: number): number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const index of sequence) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}
