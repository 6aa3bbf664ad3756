import type { HttpAnswer, HttpCall, HttpRoute } from './harness.ts';

/** A handler that answers at once, and how often it ran. */
export interface CountedHandler {
  readonly handler: HttpRoute['handler'];
  readonly runs: number;
}

/** @param answer is given the number of the run, from 1 */
export function counted(answer: (run: number, call: HttpCall) => HttpAnswer | Promise<HttpAnswer>): CountedHandler {
  let runs = 0;
  return {
    handler: (call) => {
      runs += 1;
      return answer(runs, call);
    },
    get runs() {
      return runs;
    },
  };
}

/** Answers `run 1`, `run 2`, … as plain text. */
export function numbered(headers: readonly (readonly [string, string])[] = []): CountedHandler {
  return counted((run) => ({ headers: [['Content-Type', 'text/plain'], ...headers], body: `run ${run}` }));
}
