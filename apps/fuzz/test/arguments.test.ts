import { expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.ts';

const parse = (line: string) => parseArguments(line.split(' '));

it('reads how many lines, the seed and the form', () => {
  expect(parse('headers --lines 7 --seed 3 --json')).toEqual({ target: 'headers', lines: 7, seed: 3, json: true });
  expect(parse('headers')).toMatchObject({ lines: 100_000, json: false });
  expect(parse('headers --full')).toMatchObject({ lines: 1_000_000 });
});

it.each([
  'bodies',
  'headers headers',
  '--full',
  'headers --lines 0',
  'headers --lines x',
  'headers --full --lines 5',
  'headers --seed -1',
  'headers --fast',
])('refuses %j', (line) => {
  expect(parse(line)).toBeUndefined();
});
