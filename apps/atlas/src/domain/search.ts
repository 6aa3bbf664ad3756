import { query } from '../data/database.ts';
import { foldName } from '../data/fold.ts';
import { cityColumns, cityJoin } from './cities.ts';
import type { City, Slice } from './model.ts';
import { searchTag } from './name-tags.ts';
import { slice } from './paging.ts';
import { lasting, type Sources } from './sources.ts';
import { tags } from './tags.ts';

/** Search by name. */
export interface Search {
  /** Cities with a word that begins with the text, whatever its case and accents: the same name first, then by size. */
  search(text: string, page: number): Promise<Slice<City>>;
}

/** Cities on one page of a search. */
export const resultsPerPage = 20;

/** Creates the search. */
export function createSearch({ database, cache }: Sources): Search {
  const matches = "instr(' ' || c.folded, ' ' || ?) > 0";
  const found = query<City>(
    database,
    `SELECT ${cityColumns} FROM ${cityJoin} WHERE ${matches}
     ORDER BY c.folded = ? DESC, c.population DESC, c.id LIMIT ? OFFSET ?`,
  );
  const count = query<{ total: number }>(database, `SELECT count(*) AS total FROM cities AS c WHERE ${matches}`);

  return {
    search: async (text, page) => {
      const folded = foldName(text);
      if (folded === '') return slice<City>([], 0, page, resultsPerPage);
      return cache.getOrSet(
        ['search', folded, page],
        (context) => {
          const total = count.first(folded)?.total ?? 0;
          const items = found.all(folded, folded, resultsPerPage, (page - 1) * resultsPerPage);
          context.tag(...items.map(({ id }) => tags.city(id)));
          return slice(items, total, page, resultsPerPage);
        },
        { ttl: lasting, tags: [tags.cities, searchTag(folded)] },
      );
    },
  };
}
