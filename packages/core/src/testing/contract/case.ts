import { randomUUID } from 'node:crypto';
import type { Backend, Store, StoreCapabilities, StoreContext } from '../../backends/backend.ts';
import { type Clock, systemClock } from '../../clock.ts';

/** What the contract suite is told about a backend, and how it gets one. */
export interface ContractHarness {
  /** What the backend says its stores can do; each declared capability is checked. */
  readonly capabilities: StoreCapabilities;
  /** A backend to test. May give the same one again and again. */
  create(): Promise<ContractSubject>;
  /** Whether a value can be kept at all, for a backend with a codec that cannot represent all. Default: every value can. */
  readonly carries?: (value: unknown) => boolean;
  /** Whether it keeps entries at all; if not, it must take everything and never have anything. Default: true. */
  readonly keeps?: boolean;
  /** Whether its stores can list their keys. Default: true. */
  readonly lists?: boolean;
  /** Whether the subject can remove an entry as lack of room would; if not, the cases about that are left out. Default: false. */
  readonly evicts?: boolean;
  /** Whether another client may go on seeing what was there for a while, because it keeps copies. Default: false. */
  readonly lagging?: boolean;
  /** How many random sequences of calls are tried; half as many sets of random values, a quarter as many with calls at once. Default: 40. */
  readonly sequences?: number;
}

/** A backend under test. */
export interface ContractSubject {
  readonly backend: Backend;
  /** Another client of the same data, as another process would have it. Needed if the backend is shared. */
  readonly second?: Backend;
  /** The time for the stores. Default: the clock of the machine. Must move by itself. */
  readonly clock?: Clock;
  /** Closes the backend and opens the same data again. Needed if the backend is persistent and not shared. */
  reopen?(): Promise<Backend>;
  /** Removes an entry as lack of room would. Needed if the harness says that it `evicts`. */
  evict?(context: StoreContext, key: string): Promise<void>;
  /** Releases what `create` took. */
  dispose?(): Promise<void> | void;
}

/** One thing that a backend must do. */
export interface ContractCase {
  readonly name: string;
  /** Rejects if the backend does not. */
  readonly run: () => Promise<void>;
}

/** A case before it is bound to a harness. */
export interface ContractPart {
  readonly name: string;
  readonly run: (world: ContractWorld) => Promise<void>;
}

/** What a case works with. */
export interface ContractWorld {
  readonly subject: ContractSubject;
  /** The store of the case. */
  readonly store: Store;
  /** Opens the store of this case, or one with another name or version, in a backend. */
  readonly open: (backend?: Backend, names?: { readonly name?: string; readonly version?: string }) => Store;
  /** The context with which `open` opens the store of this case. */
  readonly context: StoreContext;
}

/** A case that makes its own world and takes it down again. */
export function runnable(part: ContractPart, harness: ContractHarness): ContractCase {
  return {
    name: part.name,
    async run() {
      const subject = await harness.create();
      try {
        await part.run(worldOf(subject));
      } finally {
        await subject.dispose?.();
      }
    },
  };
}

function worldOf(subject: ContractSubject): ContractWorld {
  const own = `contract-${randomUUID()}`;
  const context: StoreContext = { name: own, version: '1', clock: subject.clock ?? systemClock, report: () => {} };
  const open: ContractWorld['open'] = (backend = subject.backend, { name = '', version = '1' } = {}) =>
    backend.open({ ...context, name: `${own}${name}`, version });
  return { subject, context, open, store: open() };
}

/** Tries again until `check` no longer throws; the last error if it still does after 5 s. */
export async function eventually(check: () => Promise<void> | void): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
