import { expectTypeOf } from 'vitest';
import { type Cache, cached, cacheEvict, cachePut, createCache } from '../../src/index.ts';

// Only type-checked, in the standard and in the legacy form of decorators.

interface City {
  readonly id: number;
  readonly name: string;
}
interface Options {
  readonly preview: boolean;
}
const cache = createCache();

class Cities {
  readonly cache: Cache = cache;

  @cached({ cache, ttl: '1m' })
  async plain(id: number): Promise<City> {
    return { id, name: '' };
  }

  @cached({ cache, key: (id: number) => ['city', id], tags: (id) => [`city:${id.toFixed()}`] })
  async keyed(id: number, options?: Options): Promise<City | null> {
    return options === undefined ? null : { id, name: '' };
  }

  @cached({ cache: (cities: Cities) => cities.cache })
  async own(id: number): Promise<City[]> {
    return [{ id, name: '' }];
  }

  @cached({ cache, unless: (city) => city === undefined })
  async perhaps(id: number): Promise<City | undefined> {
    return id === 0 ? undefined : { id, name: '' };
  }

  @cached({ cache })
  async generic<T>(value: T & string): Promise<{ value: T }> {
    return { value };
  }

  @cached({ cache, key: () => 'all' })
  static async all(): Promise<City[]> {
    return [];
  }

  // @ts-expect-error the key needs a number
  @cached({ cache, key: (id: number) => ['city', id] })
  async wrongArgument(id: string): Promise<City> {
    return { id: Number(id), name: '' };
  }

  // @ts-expect-error a decorator cannot change the type of a method into a promise
  @cached({ cache })
  synchronous(id: number): City {
    return { id, name: '' };
  }

  // @ts-expect-error undefined cannot be stored
  @cached({ cache })
  async nothing(): Promise<void> {}

  // @ts-expect-error another class
  @cached({ cache: (other: { readonly caches: Cache }) => other.caches })
  async elsewhere(id: number): Promise<City> {
    return { id, name: '' };
  }

  @cachePut({ cache, key: (city: City) => ['city', city.id], resultTags: (city: City) => [city.name] })
  async save(city: City): Promise<City> {
    return city;
  }

  @cachePut({ cache, resultKey: (city: City) => ['city', city.id] })
  async create(name: string): Promise<City> {
    return { id: 1, name };
  }

  @cacheEvict({ cache, key: (id: number) => ['city', id] })
  async remove(_id: number, _reason: string): Promise<void> {}

  @cacheEvict({ cache, all: true })
  async removeAll(): Promise<void> {}

  // @ts-expect-error the result is no city
  @cachePut({ cache, resultKey: (city: City) => ['city', city.id] })
  async createNothing(name: string): Promise<string> {
    return name;
  }

  // @ts-expect-error the key needs a number
  @cacheEvict({ cache, key: (id: number) => ['city', id] })
  async removeByName(_name: string): Promise<void> {}
}

expectTypeOf<Cities['plain']>().toEqualTypeOf<(id: number) => Promise<City>>();
