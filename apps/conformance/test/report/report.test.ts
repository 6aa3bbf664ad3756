import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Judged, scoreOf, type Verdict } from '../../src/judge/verdict.ts';
import { checkList, differences, failureList, outdated, undocumented } from '../../src/report/failures.ts';
import { type KnownFailures, knownFailures } from '../../src/report/known-failures.ts';
import { groupTable, scoreboard } from '../../src/report/table.ts';
import type { Kind } from '../../src/suite/model.ts';

function judged(id: string, verdict: Verdict, kind: Kind = 'required'): Judged {
  return {
    test: { id, name: id, kind, requests: [{}] },
    group: 'g',
    verdict,
    message: verdict === 'pass' ? '' : 'why',
  };
}

const all = [judged('a', 'pass'), judged('b', 'fail'), judged('c', 'setup', 'optimal'), judged('d', 'fail', 'check')];
const known = new Map([
  ['a', 'it cannot'],
  ['b', 'the RFC says otherwise'],
]);

test('failures are listed with their reasons, checks apart', () => {
  expect(failureList(all, known)).toBe(
    'Not passed:\nrequired  b  fail: why\n          known: the RFC says otherwise\noptimal  c  setup: why',
  );
  expect(failureList([judged('a', 'pass')], known)).toBe('All required and optimal tests passed.');
  expect(checkList(all)).toBe('Checks answered with no: d');
  expect(checkList([judged('d', 'pass', 'check')])).toBe('');
});

test('what is not as documented is found', () => {
  expect(undocumented(all, known)).toEqual(['c']);
  expect(outdated(all, known)).toEqual(['a']);
});

test('runs are compared test by test', () => {
  expect(
    differences([
      [judged('a', 'pass'), judged('b', 'fail')],
      [judged('a', 'fail'), judged('b', 'fail')],
    ]),
  ).toEqual(['a: pass, fail']);
});

test('the tables', () => {
  const groups = [{ id: 'g', name: 'Group', tests: all.map((one) => one.test) }];
  expect(groupTable(groups, all).split('\n')).toEqual([
    '       required  optimal   check',
    'Group    1 of 2   0 of 1  0 of 1',
    'all      1 of 2   0 of 1  0 of 1',
  ]);
  const board = scoreboard('ours', scoreOf(all)).split('\n');
  expect(board).toContainEqual(expect.stringMatching(/^> ours +1 +0$/));
  expect(board.findIndex((line) => line.includes('ours'))).toBe(board.findIndex((line) => line.includes('Nest')) - 1);
  expect(board.at(-1)).toBe('The others are of 160 and 105; this run had 2 and 1.');
});

test('every known failure has one reason in each configuration', () => {
  const text = readFileSync(new URL('../../known-failures.json', import.meta.url), 'utf8');
  const entries = JSON.parse(text) as readonly KnownFailures[];
  const configurations = ['standard', 'standard with cookies', 'safe'];
  const faulty = entries.filter(
    ({ tests, reason, modes }) =>
      tests.length === 0 ||
      reason.length < 20 ||
      modes.length === 0 ||
      modes.some((mode) => !configurations.includes(mode)),
  );
  expect(faulty).toEqual([]);
  expect(knownFailures(undefined).size).toBe(0);
  for (const mode of configurations) {
    const listed = entries.filter(({ modes }) => modes.includes(mode)).flatMap(({ tests }) => tests);
    expect(knownFailures(mode).size).toBe(listed.length);
  }
});
