import { expect, test } from 'vitest';
import { parsePlan } from '../src/arguments.ts';

const parse = (...args: string[]) => parsePlan(args, () => {});

test.each([[[]], [['disk']], [['memory', 'http']], [['memory', '--fast']], [['memory', '--svg', 'x']]])(
  '%j makes no sense',
  (args) => {
    expect(parse(...args)).toBeUndefined();
  },
);

test('a quick plan is short, and JSON is only printed when asked for', () => {
  expect(parse('memory')).toMatchObject({ family: 'memory', json: false, full: false });
  expect(parse('http', '--json', '--quick', '--full')).toMatchObject({ family: 'http', json: true, full: true });
  expect(parse('memory', '--quick')?.measureMs).toBeLessThan(parse('memory')?.measureMs ?? 0);
});

test.each(['redis', 'sqlite', 'latency', 'fragments'])('%s is measured too', (family) => {
  expect(parse(family)).toMatchObject({ family, svg: undefined });
});

test('pictures go where they are wanted', () => {
  expect(parse('latency', '--svg', 'docs')?.svg).toBe('docs');
});

test('a selection keeps the floor', () => {
  const plan = parse('memory', '--scenario', 'hit', '--contender', 'core');
  expect(plan?.select('getOrSet hit', ['floor', '@cache/core', 'cacheable'])).toEqual(['floor', '@cache/core']);
  expect(plan?.select('set', ['floor'])).toEqual([]);
});
