import { expect, it } from 'vitest';
import { numberedValue, stateOf } from '../src/numbered-value.ts';

it('is known by its number', () => {
  expect(stateOf('a', numberedValue('a', 7, 0))).toBe(7);
  expect(stateOf('a', numberedValue('a', 7, 5_000))).toBe(7);
  expect(stateOf('a', 3)).toBe(3);
  expect(stateOf('a', undefined)).toBeNull();
});

it('is not taken for a whole one when it is of another key, or mixed', () => {
  const [one, other] = [numberedValue('a', 7, 5_000), numberedValue('a', 8, 5_000)];
  expect(stateOf('b', one)).toMatch(/^another value/);
  expect(stateOf('a', { ...one, text: one.text.slice(0, 2_500) + other.text.slice(2_500) })).toMatch(/^another value/);
  expect(stateOf('a', 'something')).toMatch(/^another value/);
});
