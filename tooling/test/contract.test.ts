import { describe, expect, test } from 'vitest';
import { contractArguments } from '../contracts/contracts.mjs';
import { countsOf } from '../contracts/results.mjs';

const result = (status: string, ...ancestorTitles: string[]) => ({ ancestorTitles, status });
const file = (status: string, ...assertionResults: ReturnType<typeof result>[]) => ({
  name: '/somewhere/redis.test.ts',
  status,
  assertionResults,
});

describe('what a contract run counts', () => {
  test('tests under the name of their outermost describe, up to a colon', () => {
    const testResults = [
      file('failed', result('passed', '', 'redis'), result('failed', 'redis'), result('passed', 'memory', 'inner')),
      file('passed', result('passed', 'redis: under load')),
    ];
    expect(countsOf({ testResults })).toEqual({
      memory: { passed: 1, failed: 0 },
      redis: { passed: 2, failed: 1 },
    });
  });

  test('what did not run as a failure, and a file that cannot be loaded under its name', () => {
    const testResults = [file('failed', result('skipped', 'redis')), file('failed')];
    expect(countsOf({ testResults })).toEqual({
      redis: { passed: 0, failed: 1 },
      'redis.test.ts': { passed: 0, failed: 1 },
    });
  });

  test('with a limit, nothing of what was left out', () => {
    const testResults = [file('passed', result('passed', 'redis'), result('skipped', 'memory'))];
    expect(countsOf({ testResults }, 'redis')).toEqual({ redis: { passed: 1, failed: 0 } });
  });
});

describe('what a contract run is told', () => {
  test('a name, and a limit of the kind that goes with it', () => {
    expect(contractArguments(['backends', '--json', '--engine', 'redis'])).toEqual({
      name: 'backends',
      json: true,
      only: 'redis',
    });
  });

  test.each([[[]], [['other']], [['constructor']], [['backends', 'more']], [['backends', '--engine', '.*']]])(
    'refuses %j',
    (args) => {
      expect(() => contractArguments(args)).toThrow('Usage: npm run contract -- backends');
    },
  );
});
