import { describe, expect, test } from 'vitest';
import { type Backend, type Entry, memory, type Store } from '../../src/index.ts';
import { backendContract, type ContractHarness } from '../../src/testing/index.ts';
import { SharedMemory } from './shared-memory.ts';

/** A backend whose stores are what `change` makes of those of another. */
function changed(inner: Backend, change: Change): Backend {
  const stores = new Map<Store, Store>();
  return {
    kind: 'changed',
    open(context) {
      const store = inner.open(context);
      const known = stores.get(store);
      if (known !== undefined) return known;
      const whole: Store = {
        capabilities: store.capabilities,
        get: (key) => store.get(key),
        getMany: (keys) => store.getMany(keys),
        set: (key, entry) => store.set(key, entry),
        setMany: (pairs) => store.setMany(pairs),
        delete: (key) => store.delete(key),
        deleteMany: (keys) => store.deleteMany(keys),
        swap: (key, expected, next) => store.swap(key, expected, next),
        clear: () => store.clear(),
        keys: (prefix) => store.keys?.(prefix) ?? nothing(),
        ...(store.log && { log: store.log }),
      };
      const faulty = { ...whole, ...change(store) } as Store;
      stores.set(store, faulty);
      return faulty;
    },
    close: () => inner.close(),
  };
}

async function* nothing(): AsyncGenerator<string> {}

const json = (entry: Entry): Entry => ({
  ...entry,
  value: JSON.parse(JSON.stringify(entry.value) ?? 'null') as unknown,
});

/** What is wrong with a store; `undefined` leaves it as it is. */
type Change = (store: Store) => { readonly [Name in keyof Store]?: Store[Name] | undefined };

/** Faults that real engines have had. */
const FAULTS: readonly (readonly [string, Change])[] = [
  ['values go through JSON', (store) => ({ set: (key, entry) => store.set(key, json(entry)) })],
  [
    'keys are trimmed',
    (store) => ({ get: (key) => store.get(key.trim()), set: (key, entry) => store.set(key.trim(), entry) }),
  ],
  ['keys are cut after 250 characters', (store) => ({ set: (key, entry) => store.set(key.slice(0, 250), entry) })],
  ['keys are one case', (store) => ({ set: (key, entry) => store.set(key.toLowerCase(), entry) })],
  ['getMany answers in another order', (store) => ({ getMany: async (keys) => (await store.getMany(keys)).reverse() })],
  [
    'getMany leaves out what is missing',
    (store) => ({ getMany: async (keys) => (await store.getMany(keys)).filter(Boolean) }),
  ],
  [
    'deadlines are in seconds',
    (store) => ({ set: (key, entry) => store.set(key, { ...entry, staleAt: Math.floor(entry.staleAt / 1e3) * 1e3 }) }),
  ],
  ['the limit is forgotten', (store) => ({ set: (key, entry) => store.set(key, { ...entry, limitAt: 0 }) })],
  ['tags are forgotten', (store) => ({ set: (key, entry) => store.set(key, { ...entry, tags: [] }) })],
  [
    'the position is forgotten',
    (store) => ({ swap: (key, expected, next) => store.swap(key, expected, next && { ...next, position: 0 }) }),
  ],
  ['delete is always true', (store) => ({ delete: async (key) => (await store.delete(key), true) })],
  ['delete does nothing', () => ({ delete: () => true })],
  [
    'deleteMany counts the keys',
    (store) => ({ deleteMany: async (keys) => (await store.deleteMany(keys), keys.length) }),
  ],
  [
    'swap only looks whether something is there',
    (store) => ({
      async swap(key, expected, next) {
        const there = await store.get(key);
        return (there === undefined) === (expected === undefined) && store.swap(key, there, next);
      },
    }),
  ],
  [
    'swap compares values',
    (store) => ({
      async swap(key, expected, next) {
        const there = await store.get(key);
        return JSON.stringify(there?.value) === JSON.stringify(expected?.value) && store.swap(key, there, next);
      },
    }),
  ],
  [
    'swap is not atomic',
    (store) => ({
      async swap(key, expected, next) {
        const there = await store.get(key);
        await new Promise((resolve) => setImmediate(resolve));
        if (there?.token !== expected?.token) return false;
        await (next === undefined ? store.delete(key) : store.set(key, next));
        return true;
      },
    }),
  ],
  [
    'swap to nothing does nothing',
    (store) => ({ swap: (key, expected, next) => (next ? store.swap(key, expected, next) : true) }),
  ],
  ['clear does nothing', () => ({ clear() {} })],
  [
    'keys takes the prefix for a pattern',
    (store) => ({ keys: (prefix) => store.keys?.(prefix.replace('*', '')) ?? nothing() }),
  ],
  ['more is declared than there is', () => ({ capabilities: { atomic: true, shared: true, persistent: true } })],
];

/** Faults in what processes share. */
const SHARED_FAULTS: readonly (readonly [string, Change])[] = [
  ['delete leaves nothing behind', (store) => ({ get: async (key) => visible(await store.get(key)) })],
  ['there is no log', () => ({ log: undefined })],
  [
    'positions come from a counter of the process',
    (store) => {
      let count = 0;
      return {
        log: {
          follow: (follower) => store.log?.follow(follower),
          append: async (names) => (await store.log?.append(names), (count += 1)),
        },
      };
    },
  ],
  [
    'followers are told of nothing',
    () => ({ log: { append: async () => 1, follow: (follower) => follower.caughtUp(0, 0) } }),
  ],
];

function visible(entry: Entry | undefined): Entry | undefined {
  return entry?.deleteAt === 0 ? undefined : entry;
}

async function failures(harness: ContractHarness): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of backendContract({ ...harness, sequences: 5 })) {
    try {
      await run();
    } catch {
      failed.push(name);
    }
    // One is enough, and what waits for records that never come takes its time.
    if (failed.length > 0) break;
  }
  return failed;
}

describe('the contract finds an engine in which', () => {
  test.each(FAULTS)('%s', async (_name, change) => {
    const capabilities = { atomic: true, shared: false, persistent: false };
    const create = async (): ReturnType<ContractHarness['create']> => ({
      backend: changed(memory({ maxEntries: 1_000 }), change),
    });
    expect(await failures({ capabilities, create })).not.toEqual([]);
  });

  test.each(SHARED_FAULTS)('%s, though it is shared', { timeout: 15_000 }, async (_name, change) => {
    const capabilities = { atomic: true, shared: true, persistent: false };
    const create = async (): ReturnType<ContractHarness['create']> => {
      const server = new SharedMemory();
      return { backend: changed(server.client(), change), second: server.client() };
    };
    expect(await failures({ capabilities, create })).not.toEqual([]);
  });

  test('two names are one store', async () => {
    const inner = memory({ maxEntries: 1_000 });
    const backend: Backend = { ...inner, open: (context) => inner.open({ ...context, name: 'all' }) };
    const capabilities = { atomic: true, shared: false, persistent: false };
    expect(await failures({ capabilities, create: async () => ({ backend }) })).not.toEqual([]);
  });
});
