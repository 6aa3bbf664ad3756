import type { Request, RequestHandler, Response } from 'express';

/** One call of a handler, which the test ends when it wants. */
export interface Run {
  readonly request: Request;
  readonly response: Response;
  readonly next: (error?: unknown) => void;
}

/** A handler whose every run waits for the test. */
export interface ControlledHandler {
  readonly handler: RequestHandler;
  /** How many runs there were. */
  readonly count: number;
  /** The run with this number, from 0, as soon as it has begun. */
  run(index: number): Promise<Run>;
}

export function controlledHandler(): ControlledHandler {
  const runs: Run[] = [];
  const reached = counter();
  return {
    handler(request, response, next) {
      runs.push({ request, response, next });
      reached.add();
    },
    get count() {
      return runs.length;
    },
    async run(index) {
      await reached.reach(index + 1);
      return runs[index] as Run;
    },
  };
}

/** Middleware that counts the requests that pass; the test can wait for a number of them. */
export interface Arrivals {
  readonly middleware: RequestHandler;
  reach(count: number): Promise<void>;
}

export function arrivals(): Arrivals {
  const passed = counter();
  return {
    middleware(_request, _response, next) {
      next();
      passed.add();
    },
    reach: (count) => passed.reach(count),
  };
}

/** A handler that answers at once, and how often it ran. */
export interface CountedHandler {
  readonly handler: RequestHandler;
  readonly count: number;
}

export function counted(answer: (request: Request, response: Response, run: number) => void): CountedHandler {
  let count = 0;
  return {
    handler(request, response) {
      count += 1;
      answer(request, response, count);
    },
    get count() {
      return count;
    },
  };
}

function counter(): { add(): void; reach(count: number): Promise<void> } {
  let now = 0;
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  return {
    add() {
      now += 1;
      for (const waiter of waiting) {
        if (waiter.count > now) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
    },
    reach(count) {
      if (now >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ count, resolve }));
    },
  };
}
