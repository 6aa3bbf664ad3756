import { describe, expect, test } from 'vitest';
import { contractArguments } from '../contracts/contracts.mjs';
import { countsOf, reasonsOf } from '../contracts/results.mjs';

const result = (status: string, ...ancestorTitles: string[]) => ({ ancestorTitles, title: 'hits', status });
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

describe('tests that do not apply', () => {
  const skipped = (status: string) => ({ ancestorTitles: ['Hono'], title: 'aborts (not here: no socket)', status });

  test('are counted apart, and tell why', () => {
    const testResults = [file('passed', skipped('skipped'), skipped('skipped'), result('passed', 'Hono'))];
    expect(countsOf({ testResults })).toEqual({ Hono: { passed: 1, failed: 0, skipped: 2 } });
    expect(reasonsOf({ testResults })).toEqual({ Hono: ['no socket'] });
  });

  test('count like any other if they ran', () => {
    const testResults = [file('failed', skipped('failed'), skipped('passed'))];
    expect(countsOf({ testResults })).toEqual({ Hono: { passed: 1, failed: 1 } });
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

  test('a name with blanks', () => {
    expect(contractArguments(['http', '--engine', 'Express 4'])).toMatchObject({ name: 'http', only: 'Express 4' });
  });

  test.each([[[]], [['other']], [['constructor']], [['backends', 'more']], [['backends', '--engine', '.*']]])(
    'refuses %j',
    (args) => {
      expect(() => contractArguments(args)).toThrow('Usage: npm run contract -- backends');
    },
  );
});
