import { type Backend, type Entry, memory, type Store } from '../../src/index.ts';

/** A backend whose stores are what `wrap` makes of the stores of `inner`. */
function wrapped(kind: string, inner: Backend, wrap: (store: Store) => Store): Backend {
  const stores = new Map<string, Store>();
  return {
    kind,
    open(name) {
      const store = stores.get(name) ?? wrap(inner.open(name));
      stores.set(name, store);
      return store;
    },
    close: () => inner.close(),
  };
}

/** Answers like a server: each command takes a turn, all are done in order, and entries are copies. */
export function asyncBackend(inner: Backend = memory({ maxEntries: 2_000 })): Backend {
  return wrapped('async', inner, (store) => {
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(work: () => T | Promise<T>): Promise<T> => {
      const result = last.then(work);
      last = result.catch(() => {});
      return result;
    };
    const copied = (entry: Entry | undefined): Entry | undefined => (entry === undefined ? undefined : { ...entry });
    return {
      get: (key) => inTurn(async () => copied(await store.get(key))),
      set: (key, entry) => inTurn(() => store.set(key, { ...entry })),
      delete: (key) => inTurn(() => store.delete(key)),
      clear: () => inTurn(() => store.clear()),
    };
  });
}

export interface RecordedCall {
  readonly operation: 'get' | 'set' | 'delete' | 'clear';
  readonly key?: string;
  readonly entry?: Entry;
}

/** Notes each call, in order. */
export function recordingBackend(inner: Backend = memory({ maxEntries: 2_000 })): {
  backend: Backend;
  calls: RecordedCall[];
} {
  const calls: RecordedCall[] = [];
  const backend = wrapped('recording', inner, (store) => ({
    get(key) {
      calls.push({ operation: 'get', key });
      return store.get(key);
    },
    set(key, entry) {
      calls.push({ operation: 'set', key, entry });
      return store.set(key, entry);
    },
    delete(key) {
      calls.push({ operation: 'delete', key });
      return store.delete(key);
    },
    clear() {
      calls.push({ operation: 'clear' });
      return store.clear();
    },
  }));
  return { backend, calls };
}

/** A backend in which some operations do what the test says. */
export function faultyBackend(faults: Partial<Store>, inner: Backend = memory({ maxEntries: 2_000 })): Backend {
  return wrapped('faulty', inner, (store) => ({
    get: faults.get ?? ((key) => store.get(key)),
    set: faults.set ?? ((key, entry) => store.set(key, entry)),
    delete: faults.delete ?? ((key) => store.delete(key)),
    clear: faults.clear ?? (() => store.clear()),
  }));
}
