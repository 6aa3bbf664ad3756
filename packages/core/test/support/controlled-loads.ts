import type { LoaderContext } from '../../src/index.ts';
import { deferred } from './deferred.ts';

/** One call of a loader, which the test ends when it wants. */
export interface ControlledLoad<T> {
  readonly context: LoaderContext<T>;
  finish(value: T): void;
  fail(error: unknown): void;
}

/** A loader whose every call waits for the test. */
export interface ControlledLoads<T> {
  readonly loader: (context: LoaderContext<T>) => Promise<T>;
  /** How many calls there were. */
  readonly count: number;
  /** The call with this number, from 0; the newest by default. */
  load(index?: number): ControlledLoad<T>;
}

export function controlledLoads<T>(): ControlledLoads<T> {
  const loads: ControlledLoad<T>[] = [];
  return {
    loader(context) {
      const result = deferred<T>();
      loads.push({ context, finish: result.resolve, fail: result.reject });
      return result.promise;
    },
    get count() {
      return loads.length;
    },
    load(index = -1) {
      const load = loads.at(index);
      if (load === undefined)
        throw new Error(`The loader was called ${loads.length} times; there is no call ${index}.`);
      return load;
    },
  };
}
