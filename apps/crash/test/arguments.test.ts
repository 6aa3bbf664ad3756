import { expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.ts';

const parse = (line: string) => parseArguments(line.split(' '), ['sqlite', 'behind', 'behind:file']);

it('reads the target, how many kills, the seed and the form', () => {
  expect(parse('sqlite --kills 7 --seed 3 --json')).toEqual({ target: 'sqlite', kills: 7, seed: 3, json: true });
  expect(parse('sqlite')).toMatchObject({ kills: 100, json: false });
  expect(parse('behind --journal file')).toMatchObject({ target: 'behind:file' });
});

it.each([
  'postgres',
  'sqlite sqlite',
  '--kills 3',
  'sqlite --kills 0',
  'sqlite --kills x',
  'sqlite --kills 1.5',
  'sqlite --seed -1',
  'sqlite --fast',
  'sqlite --journal file',
  'behind --journal tape',
])('refuses %j', (line) => {
  expect(parse(line)).toBeUndefined();
});
