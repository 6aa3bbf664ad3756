import type { Arguments } from '../call-options.ts';

/** One item that is to be refreshed. */
export interface RefreshRequest {
  /** The name of the job that the item belongs to. */
  readonly job: string;
  /** The same for each request of the same item, and for no other item: 32 hexadecimal digits. */
  readonly id: string;
  /** What the item is fetched for. */
  readonly args: Arguments;
  /** Refreshes the item in this process, unless somebody else has done so. Never rejects: a failure is an `error` event. */
  readonly refresh: () => Promise<void>;
}

/**
 * Where refreshes are done that nobody waits for: in this process by default (`inProcess()`), or by workers elsewhere.
 *
 * A runner may lose a request: when the job's `refreshTimeout` has passed, the next reader makes another one. It need not tell requests of one item apart,
 * and may run one twice: what is fresh by then is not fetched again.
 */
export interface RefreshRunner {
  /** Whether other processes do the work, so that they must share the backend, and arguments must be data. */
  readonly elsewhere: boolean;
  /** Takes a request. It rejects if it cannot; an item that is refreshed elsewhere is refreshed in this process then. */
  run(request: RefreshRequest): Promise<void>;
}
