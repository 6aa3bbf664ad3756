import { query } from '../data/database.ts';
import type { Sources } from './sources.ts';

/** How often pages were asked for. Never cached: the number is right in every answer. */
export interface Visits {
  /** How often a page was asked for. */
  visits(path: string): number;
  /** Counts one visit, or none if the database cannot be written: a page is worth more than its count. */
  countVisit(path: string): void;
}

/** Creates the visit counter. */
export function createVisits({ database }: Sources): Visits {
  const read = query<{ count: number }>(database, 'SELECT count FROM visits WHERE path = ?');
  const add = database.prepare('INSERT INTO visits VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET count = count + 1');

  return {
    visits: (path) => read.first(path)?.count ?? 0,
    countVisit: (path) => {
      try {
        add.run(path);
      } catch {
        return;
      }
    },
  };
}
