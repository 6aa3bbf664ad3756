import { describe } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import {
  forever,
  lookAside,
  refreshBehind,
  type Repository,
  type Source,
  writeAround,
  writeThrough,
} from '../../src/strategies/index.ts';
import { useEngines } from '../support/engines.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';
import { type City, mapTable } from './support/city-table.ts';
import { type ContractOptions, type MakeRepository, repositoryContract } from './support/repository-contract.ts';
import { useTables } from './support/sql-tables.ts';

expectNoUnhandledRejections();

const strategies = {
  lookAside,
  writeThrough,
  writeAround,
  refreshBehind,
  forever: (cache: Cache, source: Source<number, City>, { name }: ContractOptions) => forever(cache, source, { name }),
};

/** A strategy whose `set` waits for the source. */
function made(
  strategy: (cache: Cache, source: Source<number, City>, options: ContractOptions) => Repository<number, City>,
): MakeRepository {
  return (cache, source, options) => ({ repository: strategy(cache, source, options) });
}

const engines = useEngines().filter(([name]) => name !== 'memcached');
const tables = useTables();

describe.each(Object.entries(strategies))('%s', (_, strategy) => {
  describe.each(engines)('in %s', (__, engine) => {
    const cache = () => createCache({ backend: engine({ shards: 1 }) });
    repositoryContract(made(strategy), { cache, table: async () => mapTable() });
  });

  describe.each(tables.slice(1))('before %s', (__, table) => {
    repositoryContract(made(strategy), { cache: () => testCache().cache, table });
  });
});
