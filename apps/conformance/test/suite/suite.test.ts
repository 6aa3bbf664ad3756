import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkSuite, missingDependencies, SuiteError, unknownFields } from '../../src/suite/check-suite.ts';
import { httpDate, rfc850Date } from '../../src/suite/http-date.ts';
import type { Group } from '../../src/suite/model.ts';
import { readSuite, SUITE_ADDRESS } from '../../src/suite/read-suite.ts';
import { selectTests } from '../../src/suite/select-tests.ts';
import { OWN_SUITE } from '../support/own-suite.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'suite-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const idsOf = (groups: readonly Group[]): string[] => groups.flatMap(({ tests }) => tests.map(({ id }) => id));

test('a suite is read from JSON, from a checkout, and from a checkout with exported JSON', async () => {
  const checkout = folder();
  mkdirSync(join(checkout, 'tests'));
  writeFileSync(join(checkout, 'tests/index.mjs'), `export default ${JSON.stringify(OWN_SUITE)}`);
  const exported = folder();
  const file = join(exported, 'cache-tests.json');
  writeFileSync(file, JSON.stringify(OWN_SUITE));
  const all = await Promise.all([{ folder: checkout }, { folder: exported }, { file }].map(readSuite));
  for (const groups of all) expect(idsOf(groups)).toEqual(idsOf(OWN_SUITE));
});

test('what cannot be read is said, with where to get it', async () => {
  const empty = folder();
  writeFileSync(join(empty, 'text'), 'no JSON');
  await expect(readSuite({ folder: empty })).rejects.toThrow(SUITE_ADDRESS);
  await expect(readSuite({ file: join(empty, 'none') })).rejects.toThrow(SuiteError);
  await expect(readSuite({ file: join(empty, 'text') })).rejects.toThrow(/text is not JSON/);
});

test.each([
  [{}, /a suite has no list/],
  [[{}], /a group has no id/],
  [[{ id: 'g' }], /the group g has no list/],
  [[{ id: 'g', tests: [{}] }], /a test in g has no id/],
  [[{ id: 'g', tests: [{ id: 'a', requests: [] }] }], /a has no requests/],
  [[{ id: 'g', tests: [1, 2].map(() => ({ id: 'a', requests: [{}] })) }], /two tests have the id a/],
])('%j is no suite', (data, message) => {
  expect(() => checkSuite(data)).toThrow(message);
});

test('fields and dependencies that nobody knows are found', () => {
  const tests = [{ id: 'a', name: 'a', depends_on: ['b'], requests: [{ expected_smell: 1, setup: true }] }];
  const groups = checkSuite([{ id: 'g', name: 'g', tests }]);
  expect(unknownFields(groups)).toEqual(['expected_smell']);
  expect(missingDependencies(groups)).toEqual(['b']);
  expect([...unknownFields(OWN_SUITE), ...missingDependencies(OWN_SUITE)]).toEqual([]);
});

test('a selection has what it builds on, and nothing for browsers', () => {
  expect(idsOf(selectTests(OWN_SUITE, ['age-is-sent']))).toEqual(['fresh-is-reused', 'age-is-sent']);
  expect(idsOf(selectTests(OWN_SUITE, []))).toEqual(idsOf(OWN_SUITE).filter((id) => id !== 'for-browsers'));
  expect(() => selectTests(OWN_SUITE, ['none'])).toThrow(/no test none/);
});

test('dates in both forms', () => {
  const instant = Date.UTC(1994, 10, 6, 8, 49, 37);
  expect(httpDate(instant)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  expect(rfc850Date(instant)).toBe('Sunday, 06-Nov-94 08:49:37 GMT');
});
