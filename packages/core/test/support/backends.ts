import { type Backend, type Entry, type LogSource, memory, type Store } from '../../src/index.ts';

/** A backend whose stores are what `wrap` makes of the stores of `inner`. */
function wrapped(kind: string, inner: Backend, wrap: (store: Store) => Store): Backend {
  const stores = new Map<Store, Store>();
  return {
    kind,
    open(context) {
      const opened = inner.open(context);
      const store = stores.get(opened) ?? wrap(opened);
      stores.set(opened, store);
      return store;
    },
    close: () => inner.close(),
  };
}

/** All methods of a store, as they are. */
function forwarded(store: Store): Store {
  return {
    capabilities: store.capabilities,
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    set: (key, entry) => store.set(key, entry),
    setMany: (pairs) => store.setMany(pairs),
    delete: (key) => store.delete(key),
    deleteMany: (keys) => store.deleteMany(keys),
    swap: (key, expected, next) => store.swap(key, expected, next),
    clear: () => store.clear(),
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
    const originals = new WeakMap<Entry, Entry>();
    const copied = (entry: Entry | undefined): Entry | undefined => {
      if (entry === undefined) return undefined;
      const copy = { ...entry };
      originals.set(copy, entry);
      return copy;
    };
    return {
      capabilities: store.capabilities,
      get: (key) => inTurn(async () => copied(await store.get(key))),
      getMany: (keys) => inTurn(async () => (await store.getMany(keys)).map(copied)),
      set: (key, entry) => inTurn(() => store.set(key, { ...entry })),
      setMany: (pairs) => inTurn(() => store.setMany(pairs.map(([key, entry]) => [key, { ...entry }]))),
      delete: (key) => inTurn(() => store.delete(key)),
      deleteMany: (keys) => inTurn(() => store.deleteMany(keys)),
      swap: (key, expected, next) =>
        inTurn(() => store.swap(key, expected && originals.get(expected), next && { ...next })),
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
    ...forwarded(store),
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
  return wrapped('faulty', inner, (store) => ({ ...forwarded(store), ...faults }));
}

/** A backend in which everything fails, and nobody can be told of invalidations. */
export function failingBackend(): Backend {
  const fail = (): Promise<never> => Promise.reject(new Error('down'));
  const log: LogSource = { follow: (follower) => follower.caughtUp(0, 0), append: fail };
  const operations = ['get', 'getMany', 'set', 'setMany', 'swap', 'delete', 'deleteMany', 'clear'] as const;
  return faultyBackend({ ...Object.fromEntries(operations.map((operation) => [operation, fail])), log });
}
