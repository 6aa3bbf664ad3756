import { expect, it } from 'vitest';
import { type Cache, createCache, type MaybePromise } from '../../../src/index.ts';
import type { Repository, Source } from '../../../src/strategies/index.ts';
import { failingBackend } from '../../support/backends.ts';
import { failureOf } from '../../support/deferred.ts';
import { type City, type CityTable, LISBON, PORTO, watched, type WatchedTable } from './city-table.ts';

/** Options that the contract gives to a strategy; all strategies know them. */
export interface ContractOptions {
  readonly name: string;
  readonly ttl?: number;
}

/** A repository, and what it takes to see its writes arrive. */
export interface MadeRepository {
  readonly repository: Repository<number, City>;
  /** Resolves when all that was written is in the source. Default: `set` waits for it. */
  readonly settled?: () => MaybePromise<unknown>;
}

/** Makes the repository of a strategy. */
export type MakeRepository = (
  cache: Cache,
  source: Required<Source<number, City>>,
  options: ContractOptions,
) => MaybePromise<MadeRepository>;

/** What a strategy does that not all do. */
export interface Traits {
  /** `set` resolves before the source has the value, so that it does not reject when the source fails. Default: false. */
  readonly delayed?: boolean;
}

/** Where the contract is tried. */
export interface World {
  cache(): Cache;
  table(): Promise<CityTable>;
}

/** What every strategy that reads and writes must do, whatever lies before and behind it. Call it inside a `describe`. */
export function repositoryContract(make: MakeRepository, world: World, { delayed = false }: Traits = {}): void {
  const prepare = async (
    cache: Cache = world.cache(),
  ): Promise<Required<MadeRepository> & { table: WatchedTable; cache: Cache }> => {
    const table = watched(await world.table());
    const { repository, settled = () => {} } = await make(cache, table.source, { name: 'city', ttl: 60_000 });
    return { repository, settled, table, cache };
  };
  const loads = ({ calls }: WatchedTable) => calls.filter((call) => call.startsWith('load'));

  it('reads a value from the source once', async () => {
    const { repository, table } = await prepare();
    await table.write(LISBON);
    expect([await repository.get(5), await repository.get(5)]).toEqual([LISBON, LISBON]);
    expect(loads(table)).toHaveLength(1);
  });

  it('answers undefined for what the source has not, and remembers that', async () => {
    const { repository, table } = await prepare();
    expect([await repository.get(5), await repository.get(5)]).toEqual([undefined, undefined]);
    expect(loads(table)).toHaveLength(1);
  });

  it('shares one load among simultaneous readers', async () => {
    const { repository, table } = await prepare();
    await table.write(LISBON);
    expect(await Promise.all([repository.get(5), repository.get(5), repository.get(5)])).toEqual([
      LISBON,
      LISBON,
      LISBON,
    ]);
    expect(loads(table)).toHaveLength(1);
  });

  it('reads several in their order, with gaps and repetitions, and asks for what is missing in one call', async () => {
    const { repository, table } = await prepare();
    await table.write(LISBON);
    await table.write(PORTO);
    expect(await repository.getMany([])).toEqual([]);
    expect(await repository.getMany([6, 7, 5, 6])).toEqual([PORTO, undefined, LISBON, PORTO]);
    expect(await repository.getMany([5, 6])).toEqual([LISBON, PORTO]);
    expect(table.calls).toEqual(['loadMany 6,7,5']);
  });

  it('answers what was just written, and the source has it', async () => {
    const { repository, table, settled } = await prepare();
    await table.write(PORTO);
    expect(await repository.get(5)).toBeUndefined();
    await repository.set(5, LISBON);
    expect(await repository.get(5)).toEqual(LISBON);
    await repository.set(5, { ...LISBON, name: 'Lisboa' });
    expect(await repository.get(5)).toEqual({ ...LISBON, name: 'Lisboa' });
    expect(await repository.getMany([5, 6])).toEqual([{ ...LISBON, name: 'Lisboa' }, PORTO]);
    await settled();
    expect(await table.read(5)).toEqual({ ...LISBON, name: 'Lisboa' });
    expect(await repository.get(5)).toEqual({ ...LISBON, name: 'Lisboa' });
  });

  it('writes several, of which the last one of a key counts', async () => {
    const { repository, table, settled } = await prepare();
    await repository.getMany([5, 6]);
    await repository.setMany([
      [5, { ...LISBON, name: 'overwritten' }],
      [6, PORTO],
      [5, LISBON],
    ]);
    expect(await repository.getMany([5, 6])).toEqual([LISBON, PORTO]);
    await repository.setMany([]);
    await settled();
    expect([await table.read(5), await table.read(6)]).toEqual([LISBON, PORTO]);
  });

  it('removes, also what is not there', async () => {
    const { repository, table, settled } = await prepare();
    await table.write(LISBON);
    expect(await repository.get(5)).toEqual(LISBON);
    await repository.delete(5);
    await repository.delete(404);
    expect(await repository.get(5)).toBeUndefined();
    await settled();
    expect(await table.read(5)).toBeUndefined();
    expect(await repository.get(5)).toBeUndefined();
    await repository.set(5, LISBON);
    expect(await repository.get(5)).toEqual(LISBON);
  });

  it('ends with what the source has, or nothing, when several write one key at once', async () => {
    const { repository, table, settled, cache } = await prepare();
    await repository.get(5);
    const names = ['one', 'two', 'three', 'four'];
    await Promise.all(names.map((name) => repository.set(5, { ...LISBON, name })));
    await settled();
    const there = await table.read(5);
    const found: (City | undefined)[] = await cache.getMany([['city', 5]]);
    expect(found[0] ?? there).toEqual(there);
    expect(await repository.get(5)).toEqual(there);
  });

  it('tells a reader that the source fails, and reads again when it works', async () => {
    const { repository, table } = await prepare();
    await table.write(LISBON);
    table.failure = new Error('The database is away.');
    expect(await failureOf(repository.get(5))).toBe(table.failure);
    expect(await failureOf(repository.getMany([5, 6]))).toBe(table.failure);
    table.failure = undefined;
    expect(await repository.get(5)).toEqual(LISBON);
  });

  it.skipIf(delayed)('tells a writer that the source fails, and is not ahead of it', async () => {
    const { repository, table } = await prepare();
    await table.write(LISBON);
    expect(await repository.get(5)).toEqual(LISBON);
    table.failure = new Error('The database is away.');
    expect(await failureOf(repository.set(5, PORTO))).toBe(table.failure);
    expect(await failureOf(repository.setMany([[5, PORTO]]))).toBe(table.failure);
    expect(await failureOf(repository.delete(5))).toBe(table.failure);
    table.failure = undefined;
    expect(await repository.get(5)).toEqual(LISBON);
  });

  it('refuses what cannot be a value or a key, and writes nothing then', async () => {
    const { repository, table, settled } = await prepare();
    for (const value of [null, undefined, Promise.resolve(LISBON)]) {
      const refused = { code: 'ERR_CACHE_VALUE' };
      await expect(repository.set(5, value as unknown as City)).rejects.toMatchObject(refused);
      const entries = [[6, PORTO] as const, [5, value as unknown as City] as const];
      await expect(repository.setMany(entries)).rejects.toMatchObject(refused);
    }
    const noKey = (() => {}) as unknown as number;
    for (const call of [
      () => repository.get(noKey),
      () => repository.getMany([5, noKey]),
      () => repository.set(noKey, LISBON),
      () => repository.setMany([[noKey, LISBON]]),
      () => repository.delete(noKey),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    }
    await settled();
    expect(table.calls.filter((call) => !call.startsWith('load'))).toEqual([]);
  });

  it('does not let a caller change what the next one gets', async () => {
    const { repository, table } = await prepare();
    await table.write({ ...LISBON });
    const read: unknown = await repository.get(5);
    try {
      (read as { name: string }).name = 'changed';
    } catch {
      // It is frozen.
    }
    expect(await repository.get(5)).toEqual(LISBON);
  });

  it('works without the cache', async () => {
    const cache = createCache({ backend: failingBackend() });
    const { repository, table, settled } = await prepare(cache);
    await table.write(LISBON);
    expect(await repository.get(5)).toEqual(LISBON);
    await repository.set(6, PORTO);
    await settled();
    expect(await repository.getMany([5, 6])).toEqual([LISBON, PORTO]);
    await repository.delete(5);
    await settled();
    expect(await repository.get(5)).toBeUndefined();
  });
}
