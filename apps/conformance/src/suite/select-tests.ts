import { SuiteError } from './check-suite.ts';
import type { Group, Test } from './model.ts';

/** The tests that concern caches outside of browsers; with ids, only these and all that they depend on. */
export function selectTests(groups: readonly Group[], ids: readonly string[]): readonly Group[] {
  const wanted = ids.length === 0 ? undefined : withDependencies(groups, ids);
  return groups
    .map((group) => ({
      ...group,
      tests: group.tests.filter((test) => test.browser_only !== true && (wanted?.has(test.id) ?? true)),
    }))
    .filter(({ tests }) => tests.length > 0);
}

function withDependencies(groups: readonly Group[], ids: readonly string[]): ReadonlySet<string> {
  const all = new Map(groups.flatMap(({ tests }) => tests.map((test): [string, Test] => [test.id, test])));
  const unknown = ids.find((id) => !all.has(id));
  if (unknown !== undefined) throw new SuiteError(`the suite has no test ${unknown}`);
  const wanted = new Set(ids);
  for (const id of wanted) for (const needed of all.get(id)?.depends_on ?? []) wanted.add(needed);
  return wanted;
}
