import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, memory, type StoreContext } from '../../../src/index.ts';
import { backendContract, type ContractHarness, type ContractSubject } from '../../../src/testing/index.ts';

export const inProcess = { atomic: true, shared: false, persistent: false };
export const shared = { atomic: true, shared: true, persistent: false };
export const sharedAndPersistent = { atomic: true, shared: true, persistent: true };

/** Whether `npm run contract` asks; `npm test` leaves out what is a combination of engines tested there anyway, and tries less at random. */
export const thorough = process.env['CONTRACT'] === 'thorough';

/** An engine of which one backend, and a second one as another process has it, serve all cases. */
export interface Engine extends Omit<ContractHarness, 'create' | 'evicts'> {
  /** Starts what the engine needs. Called once, before the first case. */
  readonly start?: () => Promise<unknown>;
  /** A client of the engine, as each process makes one. */
  readonly open: () => Backend;
  readonly evict?: (context: StoreContext, key: string) => Promise<void>;
  /** Takes down what `start` made, after every backend was closed. */
  readonly stop?: () => Promise<unknown> | void;
}

/** Runs the contract on an engine. Its name is what the results are counted under. */
export function describeEngine(name: string, engine: Engine): void {
  const { start, open, evict, stop, ...declared } = engine;
  const opened: Backend[] = [];
  const another = (): Backend => {
    const backend = open();
    opened.push(backend);
    return backend;
  };
  const subject = (): ContractSubject => {
    while (opened.length < 2) another();
    const [backend, second] = opened as [Backend, Backend];
    return { backend, second, reopen: async () => another(), ...(evict && { evict }) };
  };
  describe(`${name}`, () => {
    beforeAll(async () => void (await start?.()), 200_000);
    afterAll(async () => {
      for (const backend of opened) await backend.close();
      await stop?.();
    });
    runContract({ ...declared, evicts: evict !== undefined, create: async () => subject() });
  });
}

/** Makes a test of each case of the contract. */
export function runContract(harness: ContractHarness): void {
  const sequences = (harness.sequences ?? 40) * (thorough ? 3 : 1);
  test.each(backendContract({ ...harness, sequences }))('$name', { timeout: 30_000 }, async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
}

/** A memory backend without room for the 50,000 entries of the default, which takes a while to make for each case. */
export function smallMemory(): Backend {
  return memory({ maxEntries: 2_000 });
}
