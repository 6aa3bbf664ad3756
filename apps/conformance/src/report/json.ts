import type { Outcome } from '../client/run-test.ts';
import { type Judged, scoreOf } from '../judge/verdict.ts';

/** One run as data. `results` has the form of the result files of the public suite. */
export function toJson(outcomes: readonly Outcome[], judged: readonly Judged[]): object {
  const names = { assertion: 'Assertion', setup: 'Setup', error: 'TypeError' } as const;
  const results = outcomes
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, failure }) => [id, failure === undefined ? true : [names[failure.kind], failure.message]] as const);
  return {
    score: scoreOf(judged),
    notPassed: judged
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ test, verdict, message }) => ({ id: test.id, kind: test.kind ?? 'required', verdict, message })),
    results: Object.fromEntries(results),
  };
}
