import { expect, onTestFinished, test } from 'vitest';
import { runTests } from '../src/client/run-tests.ts';
import { type Judged, judge, scoreOf, type Verdict } from '../src/judge/verdict.ts';
import { startOrigin } from '../src/origin/origin.ts';
import { selectTests } from '../src/suite/select-tests.ts';
import { OWN_SUITE } from './support/own-suite.ts';
import { plainProxy, smallCache } from './support/proxies.ts';

async function play(proxy: (origin: string) => Promise<string>): Promise<readonly Judged[]> {
  const origin = await startOrigin();
  onTestFinished(() => origin.close());
  const groups = selectTests(OWN_SUITE, []);
  const stage = { origin, base: await proxy(origin.url), patience: 5_000, pause: 0 };
  const outcomes = await runTests(
    groups.flatMap(({ tests }) => tests),
    stage,
    { atATime: 4 },
  );
  return judge(groups, outcomes);
}

function verdicts(judged: readonly Judged[]): Record<string, Verdict> {
  return Object.fromEntries(judged.map(({ test: { id }, verdict }) => [id, verdict]));
}

test('a cache that does everything right passes every test', async () => {
  const judged = await play(smallCache);
  expect(judged.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  expect(scoreOf(judged)).toEqual({
    required: { passed: 6, all: 6 },
    optimal: { passed: 2, all: 2 },
    check: { passed: 1, all: 1 },
  });
});

test('a proxy that stores nothing passes what asks for no reuse', async () => {
  const judged = await play(plainProxy);
  expect(verdicts(judged)).toEqual({
    'fresh-is-reused': 'fail',
    'age-is-sent': 'dependency',
    'no-store-is-kept': 'pass',
    'queries-differ': 'dependency',
    'stale-is-validated': 'fail',
    'condition-is-answered': 'dependency',
    'lost-origin': 'pass',
    'hints-pass': 'pass',
    'method-and-body-pass': 'pass',
  });
  expect(judged.find(({ test: { id } }) => id === 'stale-is-validated')?.message).toBe(
    'Request 2 should have been conditional, but it was not',
  );
});

test('a cache that is not there fails everything, with what happened', async () => {
  const judged = await play(() => Promise.resolve('http://127.0.0.1:1'));
  expect(scoreOf(judged).required.passed).toBe(0);
  expect(judged[0]?.message).toMatch(/^Request 1 failed: .*ECONNREFUSED/);
});
