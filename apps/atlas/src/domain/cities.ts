import { readThrough } from '@cache/core/strategies';
import { query } from '../data/database.ts';
import { foldName } from '../data/fold.ts';
import type { Cell, City, Slice } from './model.ts';
import { searchTagsOf } from './name-tags.ts';
import { slice } from './paging.ts';
import { lasting, missing, type Sources } from './sources.ts';
import { tags } from './tags.ts';

/** Cities: reads, and what changes them. */
export interface Cities {
  /** One city, or null if no city has this number. */
  city(id: number): Promise<City | null>;
  /** A country's cities, the biggest first. */
  citiesOf(country: string, page: number): Promise<Slice<City>>;
  /** How many cities of its country are bigger, plus one. */
  rank(city: City): Promise<number>;
  /** Where on Earth cities are, in cells of three degrees. */
  inhabitedCells(): Promise<readonly Cell[]>;
  /** Gives a city another name; tells whether there is such a city. For editors: no page offers it. */
  renameCity(id: number, name: string): Promise<boolean>;
}

/** The columns of a city; `c` is the city and `n` its country. */
export const cityColumns =
  'c.id, c.name, c.kind, c.country, n.name AS countryName, c.population, c.lat, c.lon' as const;

/** A city's row joined with its country's. */
export const cityJoin = 'cities AS c JOIN countries AS n ON n.code = c.country' as const;

/** Cities on one page of a country. */
export const citiesPerPage = 40;

/** Creates the cities. */
export function createCities({ database, cache }: Sources): Cities {
  const one = query<City>(database, `SELECT ${cityColumns} FROM ${cityJoin} WHERE c.id = ?`);
  const several = query<City>(
    database,
    `SELECT ${cityColumns} FROM ${cityJoin} WHERE c.id IN (SELECT value FROM json_each(?))`,
  );
  const biggest = query<City>(
    database,
    `SELECT ${cityColumns} FROM ${cityJoin} WHERE c.country = ? ORDER BY c.population DESC, c.id LIMIT ? OFFSET ?`,
  );
  const count = query<{ total: number }>(database, 'SELECT count(*) AS total FROM cities WHERE country = ?');
  const bigger = query<{ total: number }>(
    database,
    'SELECT count(*) AS total FROM cities WHERE country = ? AND population > ?',
  );
  const cells = query<Cell>(
    database,
    `SELECT DISTINCT CAST((lat + 90) / 3 AS INTEGER) * 3 - 90 AS lat, CAST((lon + 180) / 3 AS INTEGER) * 3 - 180 AS lon
     FROM cities ORDER BY 1 DESC, 2`,
  );
  const rename = database.prepare('UPDATE cities SET name = ?, folded = ? WHERE id = ?');
  const cities = readThrough<number, City>(
    cache,
    { load: (id) => one.first(id), loadMany: (ids) => inOrder(ids, several.all(JSON.stringify(ids))) },
    { key: (id) => ['city', id], ttl: lasting, negativeTtl: missing, tags: (id) => [tags.city(id)] },
  );

  return {
    city: async (id) => (await cities.get(id)) ?? null,

    citiesOf: (country, page) =>
      cache.getOrSet(
        ['cities of', country, page],
        (context) => {
          const total = count.first(country)?.total ?? 0;
          const items = biggest.all(country, citiesPerPage, (page - 1) * citiesPerPage);
          context.tag(...items.map(({ id }) => tags.city(id)));
          return slice(items, total, page, citiesPerPage);
        },
        { ttl: lasting, tags: [tags.cities] },
      ),

    rank: ({ id, country, population }) =>
      cache.getOrSet(['rank', id], () => (bigger.first(country, population)?.total ?? 0) + 1, {
        ttl: lasting,
        tags: [tags.cities],
      }),

    inhabitedCells: () => cache.getOrSet(['inhabited cells'], () => cells.all(), { ttl: lasting, tags: [tags.cities] }),

    renameCity: async (id, name) => {
      const before = one.first(id);
      if (before === undefined) return false;
      rename.run(name, foldName(name), id);
      await cache.invalidateTags([tags.city(id), ...searchTagsOf(before.name), ...searchTagsOf(name)]);
      return true;
    },
  };
}

function inOrder(ids: readonly number[], rows: readonly City[]): (City | undefined)[] {
  const byId = new Map(rows.map((city) => [city.id, city]));
  return ids.map((id) => byId.get(id));
}
