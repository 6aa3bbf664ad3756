import { randomUUID } from 'node:crypto';
import { describe, onTestFinished } from 'vitest';
import { createCache } from '../../../src/index.ts';
import { type Journal, writeBehind } from '../../../src/strategies/index.ts';
import { redisJournal } from '../../../src/strategies/write-behind/redis/index.ts';
import { useEngines } from '../../support/engines.ts';
import { testCache } from '../../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { mapTable } from '../support/city-table.ts';
import { type MakeRepository, repositoryContract } from '../support/repository-contract.ts';
import { useTables } from '../support/sql-tables.ts';
import { LOCAL_JOURNALS, useRedis } from './journals.ts';

expectNoUnhandledRejections();

/** Write-behind, and how its writes are made to arrive. */
function made(journal: () => Journal): MakeRepository {
  return (cache, source, { name, ...options }) => {
    const journalName = `${name}-${randomUUID()}`;
    const repository = writeBehind(cache, source, { ...options, name: journalName, journal: journal(), drain: false });
    onTestFinished(async () => void (await repository.close({ timeout: 0 })));
    return { repository, settled: () => repository.flush() };
  };
}

const engines = useEngines().filter(([name]) => name !== 'memcached');
const tables = useTables();

const redis = useRedis();

describe.each([...LOCAL_JOURNALS, ['Redis', () => redisJournal(redis.url())] as const])(
  'writeBehind with a journal in %s',
  (_, journal) => {
    describe.each(engines)('and a cache in %s', (__, engine) => {
      const cache = () => createCache({ backend: engine() });
      repositoryContract(made(journal), { cache, table: async () => mapTable() }, { delayed: true });
    });

    describe.each(tables.slice(1))('before %s', (__, table) => {
      repositoryContract(made(journal), { cache: () => testCache().cache, table }, { delayed: true });
    });
  },
);
