import type { Outcome } from '../client/run-test.ts';
import { type Group, type Kind, kindOf, type Test } from '../suite/model.ts';

/**
 * What a test says about the cache: `dependency` if a test it builds on did not pass, `setup` if it did not come to its
 * point, else whether it passed.
 */
export type Verdict = 'pass' | 'fail' | 'setup' | 'dependency';

/** A test with what came of it. */
export interface Judged {
  readonly test: Test;
  readonly group: string;
  readonly verdict: Verdict;
  /** What went wrong, in words. */
  readonly message: string;
}

/** Passed and all, of each kind. */
export type Score = Readonly<Record<Kind, { readonly passed: number; readonly all: number }>>;

/** The verdict on every test, with dependencies of dependencies respected. */
export function judge(groups: readonly Group[], outcomes: readonly Outcome[]): readonly Judged[] {
  const tests = new Map(groups.flatMap((group) => group.tests.map((test): [string, Test] => [test.id, test])));
  const failures = new Map(outcomes.map(({ id, failure }) => [id, failure]));
  const unmet = (test: Test, above: readonly string[]): string | undefined =>
    test.depends_on?.find((id) => {
      const needed = tests.get(id);
      if (needed === undefined) return false;
      return failures.get(id) !== undefined || above.includes(id) || unmet(needed, [...above, id]) !== undefined;
    });
  return groups.flatMap((group) =>
    group.tests.map((test): Judged => {
      const failure = failures.get(test.id);
      const needed = unmet(test, [test.id]);
      if (needed !== undefined) return { test, group: group.id, verdict: 'dependency', message: `builds on ${needed}` };
      if (failure === undefined) return { test, group: group.id, verdict: 'pass', message: '' };
      return { test, group: group.id, verdict: failure.kind === 'setup' ? 'setup' : 'fail', message: failure.message };
    }),
  );
}

/** Counts verdicts. */
export function scoreOf(judged: readonly Judged[]): Score {
  const count = (kind: Kind): { passed: number; all: number } => {
    const all = judged.filter(({ test }) => kindOf(test) === kind);
    return { passed: all.filter(({ verdict }) => verdict === 'pass').length, all: all.length };
  };
  return { required: count('required'), optimal: count('optimal'), check: count('check') };
}
