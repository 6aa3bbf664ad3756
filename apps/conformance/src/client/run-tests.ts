import type { Test } from '../suite/model.ts';
import { type Outcome, runTest, type Stage } from './run-test.ts';

/** Runs tests, so many at a time, and tells after each how many are done. */
export async function runTests(
  tests: readonly Test[],
  stage: Stage,
  { atATime, onDone }: { readonly atATime: number; readonly onDone?: (done: number) => void },
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = longestFirst(tests);
  const worker = async (): Promise<void> => {
    for (let test = waiting.shift(); test !== undefined; test = waiting.shift()) {
      outcomes.push(await runTest(test, stage));
      onDone?.(outcomes.length);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return outcomes;
}

/** A test with many pauses that begins last would be waited for alone. */
function longestFirst(tests: readonly Test[]): Test[] {
  const pauses = ({ requests }: Test): number => requests.filter((request) => request.pause_after === true).length;
  return tests.toSorted((a, b) => pauses(b) - pauses(a));
}
