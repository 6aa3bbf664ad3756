import type { Judged } from '../judge/verdict.ts';
import { kindOf } from '../suite/model.ts';

/** Tests that should pass and do not, with what went wrong and the documented reason if there is one. */
export function failureList(judged: readonly Judged[], known: ReadonlyMap<string, string>): string {
  const failures = judged.filter(counts);
  if (failures.length === 0) return 'All required and optimal tests passed.';
  const lines = failures.map(({ test, verdict, message }) => {
    const reason = known.get(test.id);
    const said = `${kindOf(test)}  ${test.id}  ${verdict}: ${message}`;
    return reason === undefined ? said : `${said}\n          known: ${reason}`;
  });
  return `Not passed:\n${lines.join('\n')}`;
}

/** The checks, which have no right answer, that this cache answers with no. */
export function checkList(judged: readonly Judged[]): string {
  const no = judged.filter(({ test, verdict }) => kindOf(test) === 'check' && verdict !== 'pass');
  return no.length === 0 ? '' : `Checks answered with no: ${no.map(({ test }) => test.id).join(', ')}`;
}

/** Required and optimal tests that do not pass without a documented reason. */
export function undocumented(judged: readonly Judged[], known: ReadonlyMap<string, string>): readonly string[] {
  return judged.filter((one) => counts(one) && !known.has(one.test.id)).map(({ test }) => test.id);
}

/** Tests that pass although they are documented as failures. */
export function outdated(judged: readonly Judged[], known: ReadonlyMap<string, string>): readonly string[] {
  return judged.filter(({ test, verdict }) => verdict === 'pass' && known.has(test.id)).map(({ test }) => test.id);
}

/** Tests with different verdicts in several runs. */
export function differences(runs: readonly (readonly Judged[])[]): readonly string[] {
  const verdicts = new Map<string, string[]>();
  for (const { test, verdict } of runs.flat()) {
    verdicts.set(test.id, [...(verdicts.get(test.id) ?? []), verdict]);
  }
  return [...verdicts].filter(([, all]) => new Set(all).size > 1).map(([id, all]) => `${id}: ${all.join(', ')}`);
}

function counts({ test, verdict }: Judged): boolean {
  return verdict !== 'pass' && kindOf(test) !== 'check';
}
