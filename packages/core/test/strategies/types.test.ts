import { describe, expectTypeOf, it } from 'vitest';
import {
  type Cache,
  cached,
  type CachedFunction,
  cacheEvict,
  cachePut,
  createCache,
  defineKeys,
  type Key,
} from '../../src/index.ts';

interface City {
  readonly id: number;
  readonly name: string;
}
interface Options {
  readonly preview: boolean;
}
declare const loadCity: (id: number) => Promise<City | null>;
const cache = createCache();

describe('types of a cached function', () => {
  it('arguments come from the function', () => {
    expectTypeOf(() => {
      const read = cached(cache, { ttl: '1m' }, loadCity);
      expectTypeOf(read).toEqualTypeOf<CachedFunction<unknown, [id: number], City | null>>();
      expectTypeOf(read(5)).resolves.toEqualTypeOf<City | null>();
      expectTypeOf(read.key(5)).toEqualTypeOf<Key>();
      expectTypeOf(read.refresh(5)).resolves.toEqualTypeOf<City | null>();
      // @ts-expect-error a city has a number
      void read('5');
      // @ts-expect-error everywhere
      void read.invalidate('5');
      // @ts-expect-error and one at least
      void read();
    }).toBeFunction();
  });

  it('arguments come from the key, for a function that does not say', () => {
    expectTypeOf(() => {
      const read = cached(
        cache,
        { key: (id: number) => ['city', id], ttl: '10m', tags: (id) => [`city:${id}`] },
        (id) => loadCity(id),
      );
      expectTypeOf(read).toEqualTypeOf<CachedFunction<unknown, [id: number], City | null>>();
      const inline = cached(cache, { name: 'x', tags: (id) => [`city:${id.toFixed()}`] }, (id: number) => loadCity(id));
      expectTypeOf(inline).toEqualTypeOf<CachedFunction<unknown, [id: number], City | null>>();
      const synchronous = cached(cache, { when: (id) => id > 0, unless: (city) => city.name === '' }, (id: number) => ({
        id,
        name: '',
      }));
      expectTypeOf(synchronous(1)).resolves.toEqualTypeOf<{ id: number; name: string }>();
      // @ts-expect-error the key takes another argument than the function
      cached(cache, { key: (id: string) => ['city', id] }, loadCity);
      const fewer = cached(cache, { key: (id: number) => ['city', id] }, (id: number, options: Options) => ({
        id,
        options,
      }));
      expectTypeOf(fewer).parameters.toEqualTypeOf<[id: number, options: Options]>();
    }).toBeFunction();
  });

  it('a result that may be undefined needs unless', () => {
    expectTypeOf(() => {
      // @ts-expect-error undefined cannot be stored
      cached(cache, { ttl: '1m' }, (_id: number): City | undefined => undefined);
      // @ts-expect-error nor can nothing
      cached(cache, {}, async (_id: number): Promise<void> => {});
      const read = cached(
        cache,
        { unless: (city) => city === undefined },
        async (_id: number): Promise<City | undefined> => undefined,
      );
      expectTypeOf(read).toEqualTypeOf<CachedFunction<unknown, [_id: number], City | undefined>>();
    }).toBeFunction();
  });

  it('this is handed on', () => {
    expectTypeOf(() => {
      class Cities {
        cache: Cache = cache;
        read = cached(
          (cities: Cities) => cities.cache,
          { ttl: '1m' },
          async function (this: Cities, id: number) {
            return { id, size: this.cache.name };
          },
        );
      }
      expectTypeOf(new Cities().read(5)).resolves.toEqualTypeOf<{ id: number; size: string }>();
      const { read } = new Cities();
      // @ts-expect-error without its object
      void read(5);
    }).toBeFunction();
  });
});

describe('types of writing functions', () => {
  it('flow through', () => {
    expectTypeOf(() => {
      const save = cachePut(
        cache,
        { resultKey: ({ id }) => ['city', id], tags: (name) => [name.trim()], value: (city, name) => ({ city, name }) },
        async (name: string): Promise<City> => ({ id: 1, name }),
      );
      expectTypeOf(save).parameters.toEqualTypeOf<[name: string]>();
      expectTypeOf(save('x')).resolves.toEqualTypeOf<City>();
      const remove = cacheEvict(
        cache,
        { key: (id) => ['city', id], resultTags: (count) => [count.toFixed()] },
        (id: number) => id + 1,
      );
      expectTypeOf(remove).parameters.toEqualTypeOf<[id: number]>();
      expectTypeOf(remove(1)).resolves.toEqualTypeOf<number>();
      // @ts-expect-error no such option
      cachePut(cache, { name: 'x' }, loadCity);
      // @ts-expect-error a key is made of the arguments
      cacheEvict(cache, { key: (id: string) => id }, loadCity);
    }).toBeFunction();
  });
});

describe('types of keys', () => {
  it('are those of their functions', () => {
    expectTypeOf(() => {
      const keys = defineKeys({
        settings: () => [],
        city: { key: (id: number) => id, ttl: '10m', tags: (id) => [`city:${id.toFixed()}`] },
        nearby: { key: (id: number, radius: number) => [id, radius], tags: ['nearby'] },
      });
      expectTypeOf(keys.city(5)).toEqualTypeOf<Key>();
      expectTypeOf(keys.city).parameters.toEqualTypeOf<[id: number]>();
      expectTypeOf(keys.nearby).parameters.toEqualTypeOf<[id: number, radius: number]>();
      // @ts-expect-error no such argument
      keys.settings(5);
      // @ts-expect-error no such key
      void keys.country;
      const read = cached(cache, { key: keys.city }, (id) => loadCity(id));
      expectTypeOf(read).toEqualTypeOf<CachedFunction<unknown, [id: number], City | null>>();
    }).toBeFunction();
  });
});
