import { describe, expectTypeOf, it } from 'vitest';
import { createCache, defineKeys } from '../../src/index.ts';
import {
  applicationWrites,
  type CachedReads,
  type CachedRepository,
  forever,
  lookAside,
  readThrough,
  type Repository,
  rollup,
  settings,
  writeThrough,
} from '../../src/strategies/index.ts';

interface City {
  readonly name: string;
}

describe('the types of strategies', () => {
  const cache = createCache();
  const keys = defineKeys({ city: (id: number) => id });
  const city: City = { name: 'Lisbon' };

  it('are those of the source, without its way to say that there is none', () => {
    const loaded = readThrough(cache, { load: async (_id: number): Promise<City | null> => city }, { key: keys.city });
    expectTypeOf(loaded).toEqualTypeOf<CachedReads<number, City>>();
    expectTypeOf(() => loaded.get(5)).returns.resolves.toEqualTypeOf<City | undefined>();
    const many = readThrough(cache, { loadMany: (ids: readonly string[]) => ids.map(() => city) }, { name: 'city' });
    expectTypeOf(many).toEqualTypeOf<CachedReads<string, City>>();
    const byKey = readThrough(cache, { load: (id) => (id > 5 ? city : undefined) }, { key: keys.city });
    expectTypeOf(byKey).toEqualTypeOf<CachedReads<number, City>>();
    void (() => {
      // @ts-expect-error the key is a number
      void loaded.get('5');
      // @ts-expect-error the key function takes a number
      readThrough(cache, { load: (_id: string) => city }, { key: keys.city });
    });
  });

  it('are the same for all that write, so that one stands in for the other', () => {
    const source = { load: (_id: number): City | undefined => city, save: (_id: number, _city: City) => {} };
    const writing = writeThrough(cache, source, { key: keys.city });
    expectTypeOf(writing).toEqualTypeOf<CachedRepository<number, City>>();
    expectTypeOf(lookAside(cache, source, { key: keys.city })).toEqualTypeOf(writing);
    expectTypeOf(forever(cache, source, { key: keys.city })).toExtend<Repository<number, City>>();
    void (() => {
      // @ts-expect-error it has no name
      void writing.set(5, {});
      // @ts-expect-error that there is none cannot be written
      void writing.set(5, undefined);
      // @ts-expect-error there is nothing to write to
      writeThrough(cache, { load: (_id: number) => city }, { key: keys.city });
      // @ts-expect-error values are kept for ever
      forever(cache, source, { key: keys.city, ttl: '1h' });
    });
  });

  it('give a repository without writing where the source cannot', () => {
    const reading = forever(cache, { load: (_id: number) => city }, { key: keys.city });
    expectTypeOf(reading).not.toHaveProperty('set');
    expectTypeOf(() => reading.get(5)).returns.resolves.toEqualTypeOf<City | undefined>();
  });

  it('are what the code of the application returns', () => {
    const cities = applicationWrites(cache, { load: (_id: number): City | undefined => city }, { key: keys.city });
    const saved = () => cities.write(5, () => city);
    const forgotten = () => cities.write(5, async () => {});
    expectTypeOf(saved).returns.resolves.toEqualTypeOf<City>();
    expectTypeOf(forgotten).returns.resolves.toEqualTypeOf<void>();
    void (() => {
      // @ts-expect-error it would be cached and is no city
      void cities.write(5, () => 'Lisbon');
    });
  });

  it('of rollups and settings come from the loader and the defaults', () => {
    const largest = () => rollup(cache, async () => ['Lisbon'], { key: 'largest' });
    expectTypeOf(largest).returns.resolves.toHaveProperty('current').toEqualTypeOf<string[]>();
    const site = () =>
      settings(cache, { load: () => ({}), save: () => {} }, { key: 'site', defaults: { theme: 'light', size: 20 } });
    type Site = Awaited<ReturnType<typeof site>>;
    expectTypeOf<Site['current']>().toEqualTypeOf<Readonly<{ theme: string; size: number }>>();
    void ((made: Site) => {
      expectTypeOf(made.get('size')).toEqualTypeOf<number>();
      // @ts-expect-error it is a number
      void made.set('size', 'large');
      // @ts-expect-error there is no such setting
      made.get('colour');
    });
  });
});
