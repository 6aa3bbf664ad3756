import type { Cache, cached, cacheEvict, cachePut } from '../../src/index.ts';

/** What the decorators are given to, so that this file needs no import when it runs. */
export interface Decorators {
  readonly cache: Cache;
  readonly cached: typeof cached;
  readonly cachePut: typeof cachePut;
  readonly cacheEvict: typeof cacheEvict;
}

interface City {
  readonly id: number;
  readonly name: string;
}

/** A repository as an application writes it; it is compiled once for each form of decorators. */
export function makeCities({ cache, cached, cachePut, cacheEvict }: Decorators) {
  class Cities {
    readonly calls: string[] = [];
    readonly #rows: Map<number, City>;
    readonly cache: Cache;

    constructor(rows: Map<number, City>, own: Cache = cache) {
      this.#rows = rows;
      this.cache = own;
    }

    @cached({ cache, key: (id: number) => ['city', id], tags: (id) => [`city:${id}`] })
    async find(id: number): Promise<City | null> {
      this.calls.push(`find ${id}`);
      return this.#rows.get(id) ?? null;
    }

    @cached({ cache })
    async search(text: string, limit: number = 10): Promise<City[]> {
      this.calls.push(`search ${text} ${limit}`);
      return [...this.#rows.values()].filter(({ name }) => name.startsWith(text)).slice(0, limit);
    }

    @cached({ cache: (cities: Cities) => cities.cache })
    async count(): Promise<number> {
      this.calls.push('count');
      return this.#rows.size;
    }

    @cached({ cache: 'registered' })
    static async kinds(): Promise<string[]> {
      return ['city'];
    }

    @cachePut({ cache, key: (city: City) => ['city', city.id] })
    async save(city: City): Promise<City> {
      this.#rows.set(city.id, city);
      return city;
    }

    @cacheEvict({ cache, key: (id: number) => ['city', id] })
    async remove(id: number): Promise<void> {
      this.#rows.delete(id);
    }
  }
  return Cities;
}
