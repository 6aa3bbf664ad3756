import type { MaybePromise } from '../../../src/index.ts';
import type { Save, Source } from '../../../src/strategies/index.ts';

/** What the tests of strategies read and write. */
export interface City {
  readonly id: number;
  readonly name: string;
  readonly population: number;
}

export const LISBON: City = { id: 5, name: 'Lisbon', population: 517_802 };
export const PORTO: City = { id: 6, name: 'Porto', population: 249_633 };

/** A table of cities, as a source and past it. */
export interface CityTable {
  readonly source: Required<Source<number, City>>;
  /** What is there, past every cache. */
  read(id: number): Promise<City | undefined>;
  /** Changes what is there, past every cache. */
  write(city: City): Promise<void>;
  /** Removes all. */
  clear(): Promise<void>;
}

/** A table that notes what it is asked for, and can fail. */
export interface WatchedTable extends CityTable {
  /** `load 5`, `loadMany 5,6`, `save 5`, … */
  readonly calls: readonly string[];
  /** Makes every call of the source fail with this, until it is `undefined`. */
  failure: Error | undefined;
}

type Call = readonly [name: string, keys: readonly number[]];

export function watched(table: CityTable): WatchedTable {
  const calls: string[] = [];
  const watching = {
    ...table,
    calls,
    failure: undefined as Error | undefined,
    source: {
      load: noted(table.source.load, (id) => ['load', [id]]),
      loadMany: noted(table.source.loadMany, (ids) => ['loadMany', ids]),
      save: noted(table.source.save, (id) => ['save', [id]]),
      remove: noted(table.source.remove, (id) => ['remove', [id]]),
      saveMany: noted(table.source.saveMany, (saves) => ['saveMany', saves.map(({ key }) => key)]),
      removeMany: noted(table.source.removeMany, (removals) => ['removeMany', removals.map(({ key }) => key)]),
    },
  };
  function noted<Args extends unknown[], R>(
    work: (...args: Args) => MaybePromise<R>,
    describe: (...args: Args) => Call,
  ) {
    return async (...args: Args): Promise<R> => {
      const [name, keys] = describe(...args);
      calls.push(`${name} ${keys.join()}`);
      if (watching.failure !== undefined) throw watching.failure;
      return work(...args);
    };
  }
  return watching;
}

/** A table in memory that takes a turn for each answer, as a database does. */
export function mapTable(): CityTable {
  const rows = new Map<number, City>();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    source: {
      async load(id) {
        const found = rows.get(id);
        await turn();
        return found;
      },
      async loadMany(ids) {
        const found = ids.map((id) => rows.get(id));
        await turn();
        return found;
      },
      async save(id, city) {
        await turn();
        rows.set(id, city);
      },
      async remove(id) {
        await turn();
        rows.delete(id);
      },
      async saveMany(saves: readonly Save<number, City>[]) {
        await turn();
        for (const { key, value } of saves) rows.set(key, value);
      },
      async removeMany(removals) {
        await turn();
        for (const { key } of removals) rows.delete(key);
      },
    },
    read: async (id) => rows.get(id),
    write: async (city) => void rows.set(city.id, city),
    clear: async () => rows.clear(),
  };
}
