import type { HttpAnswer, HttpCall, HttpRoute } from './harness.ts';

type Headers = readonly (readonly [string, string])[];

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
export function numbered(headers: Headers = []): CountedHandler {
  return counted((run) => text(`run ${run}`, headers));
}

/** An answer in plain text. */
export function text(body: string, headers: Headers = []): HttpAnswer {
  return { headers: [['Content-Type', 'text/plain'], ...headers], body };
}

/** Something that happens once, when the case says so. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Counts, and lets the case wait for a number. */
export interface Counter {
  readonly count: number;
  readonly add: () => void;
  /** Resolves once there were so many. */
  reach(count: number): Promise<void>;
}

export function counter(): Counter {
  let count = 0;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    get count() {
      return count;
    },
    add() {
      count += 1;
      for (const waiter of waiting) if (waiter.count <= count) waiter.resolve();
    },
    reach(wanted) {
      if (wanted <= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count: wanted, resolve }));
    },
  };
}

/** Pieces of a body, each when its turn comes. */
export async function* pieces(
  ...parts: readonly (Uint8Array | string | Promise<unknown> | Error)[]
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    if (part instanceof Promise) await part;
    else yield typeof part === 'string' ? Buffer.from(part) : part;
  }
}

/** All bytes there are, four times over. */
export const ALL_BYTES: Uint8Array = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
