import { expect, test } from 'vitest';
import type { Failure } from '../../src/judge/checks.ts';
import { judge, scoreOf } from '../../src/judge/verdict.ts';
import type { Kind } from '../../src/suite/model.ts';

type Row = readonly [id: string, depends: readonly string[], failure?: Failure['kind'] | undefined, kind?: Kind];

function judged(...rows: readonly Row[]): ReturnType<typeof judge> {
  const tests = rows.map(([id, depends_on, , kind]) => ({
    id,
    name: id,
    depends_on,
    requests: [{}],
    ...(kind === undefined ? {} : { kind }),
  }));
  const outcomes = rows.map(([id, , failure]) => ({
    id,
    failure: failure === undefined ? undefined : { kind: failure, message: failure },
    exchanges: [],
    seen: [],
  }));
  return judge([{ id: 'all', name: 'all', tests }], outcomes);
}

test('a failure far below is a missing dependency for all that build on it', () => {
  const verdicts = judged(['top', ['middle']], ['middle', ['ground']], ['ground', [], 'setup'], ['other', []]);
  expect(verdicts.map(({ verdict, message }) => [verdict, message])).toEqual([
    ['dependency', 'builds on middle'],
    ['dependency', 'builds on ground'],
    ['setup', 'setup'],
    ['pass', ''],
  ]);
});

test('a test is as bad as its failure, and an unknown dependency is no obstacle', () => {
  const verdicts = judged(['a', ['gone'], 'assertion'], ['b', ['gone'], 'error'], ['c', ['gone']]);
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['fail', 'fail', 'pass']);
});

test('tests that build on each other end somewhere', () => {
  expect(judged(['a', ['b']], ['b', ['a']]).map(({ verdict }) => verdict)).toEqual(['dependency', 'dependency']);
});

test('the score counts each kind', () => {
  const all = judged(['a', []], ['b', [], 'setup'], ['c', [], undefined, 'optimal'], ['d', ['b'], undefined, 'check']);
  expect(scoreOf(all)).toEqual({
    required: { passed: 1, all: 2 },
    optimal: { passed: 1, all: 1 },
    check: { passed: 0, all: 1 },
  });
});
