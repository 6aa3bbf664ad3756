import { query } from '../data/database.ts';
import { cityColumns, cityJoin } from './cities.ts';
import type { Addition, City, Favourite } from './model.ts';
import { lively, type Sources } from './sources.ts';
import { tags } from './tags.ts';

/** What visitors chose. */
export interface Favourites {
  /** A visitor's cities, the latest first. */
  favourites(visitor: string): Promise<readonly Favourite[]>;
  /** How many visitors chose a city. */
  favouriteCount(cityId: number): Promise<number>;
  /** Adds a city to a visitor's list. */
  addFavourite(visitor: string, cityId: number): Promise<Addition>;
  /** Takes a city from a visitor's list; tells whether it was there. */
  removeFavourite(visitor: string, cityId: number): Promise<boolean>;
}

/** The most cities that one visitor can choose. */
export const favouritesLimit = 100;

/** Creates the favourites. */
export function createFavourites({ database, cache }: Sources): Favourites {
  const list = query<City & { createdAt: number }>(
    database,
    `SELECT ${cityColumns}, f.created_at AS createdAt FROM ${cityJoin} JOIN favourites AS f ON f.city_id = c.id
     WHERE f.visitor = ? ORDER BY f.created_at DESC, c.name`,
  );
  const count = query<{ total: number }>(database, 'SELECT count(*) AS total FROM favourites WHERE city_id = ?');
  const known = query<{ id: number }>(database, 'SELECT id FROM cities WHERE id = ?');
  const chosen = query<{ city_id: number }>(
    database,
    'SELECT city_id FROM favourites WHERE visitor = ? AND city_id = ?',
  );
  const insert = database.prepare(
    `INSERT OR IGNORE INTO favourites SELECT ?, ?, ?
     WHERE (SELECT count(*) FROM favourites WHERE visitor = ?) < ${favouritesLimit}`,
  );
  const remove = database.prepare('DELETE FROM favourites WHERE visitor = ? AND city_id = ?');

  const changed = (visitor: string, cityId: number): Promise<void> =>
    cache.invalidateTags([tags.favourites(visitor), tags.favouriteCount(cityId)]);

  return {
    favourites: (visitor) =>
      cache.getOrSet(
        ['favourites', visitor],
        (context) => {
          const rows = list.all(visitor);
          context.tag(...rows.map(({ id }) => tags.city(id)));
          return rows.map(({ createdAt, ...city }): Favourite => ({ city, createdAt }));
        },
        { ttl: lively, tags: [tags.favourites(visitor)] },
      ),

    favouriteCount: (cityId) =>
      cache.getOrSet(['favourite count', cityId], () => count.first(cityId)?.total ?? 0, {
        ttl: lively,
        tags: [tags.favouriteCount(cityId)],
      }),

    addFavourite: async (visitor, cityId) => {
      if (!known.first(cityId)) return 'unknown city';
      if (insert.run(visitor, cityId, Date.now(), visitor).changes === 0) {
        return chosen.first(visitor, cityId) ? 'present' : 'full';
      }
      await changed(visitor, cityId);
      return 'added';
    },

    removeFavourite: async (visitor, cityId) => {
      if (remove.run(visitor, cityId).changes === 0) return false;
      await changed(visitor, cityId);
      return true;
    },
  };
}
