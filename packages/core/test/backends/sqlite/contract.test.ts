import { afterAll, describe, expect, test } from 'vitest';
import { type SqliteBackend, type SqliteOptions, sqlite } from '../../../src/backends/sqlite/index.ts';
import { backendContract, type ContractHarness } from '../../../src/testing/index.ts';
import { temporaryDirectory } from './support/directory.ts';
import { evictRow } from './support/raw.ts';

const capabilities = { atomic: true, shared: true, persistent: true };

interface Setting {
  readonly options: Omit<SqliteOptions, 'directory'>;
  readonly sequences: number;
}

const settings: Readonly<Record<string, Setting>> = {
  sqlite: { options: {}, sequences: 20 },
  'sqlite with 3 shards': {
    options: { shards: 3, eviction: 'least-recently-used', statistics: true },
    sequences: 10,
  },
  'sqlite with each value in a file': { options: { fileAbove: 0 }, sequences: 10 },
};

describe.each(Object.entries(settings))('%s', (_name, { options, sequences }) => {
  // Two backends on one directory serve all cases; each case has names of its own.
  const { directory, remove } = temporaryDirectory();
  const open = (): SqliteBackend => sqlite({ ...options, directory });
  const opened = [open(), open()];
  afterAll(async () => {
    for (const backend of opened) await backend.close();
    remove();
  });
  const [backend = open(), second = open()] = opened;
  const harness: ContractHarness = {
    capabilities,
    sequences,
    create: async () => ({
      backend,
      second,
      async reopen() {
        const again = open();
        opened.push(again);
        return again;
      },
      evict: async ({ name, version }, key) => evictRow(directory, `${name}/${version}/${key}`),
    }),
  };
  test.each(backendContract(harness).map(({ name, run }) => [name, run] as const))('%s', async (_case, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
