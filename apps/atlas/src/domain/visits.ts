import { type Journal, writeBehind } from '@cache/core/strategies';
import { query } from '../data/database.ts';
import { lively, type Sources } from './sources.ts';

/** How often pages were asked for. No page shows it, so that the number is right in every answer. */
export interface Visits {
  /** How often a page was asked for. */
  visits(path: string): Promise<number>;
  /** Counts one visit, in the background: a page is worth more than its count. */
  countVisit(path: string): void;
  /** Brings all counts to the database and counts no more. What it does not take waits in the journal for the next start. */
  close(): Promise<void>;
}

/** What counting visits needs besides. */
export interface VisitSources extends Sources {
  /** Where counts are until the database has them. */
  readonly journal: Journal;
}

/** Creates the visit counter: the database is told of each page's last count every second, of all pages together. */
export function createVisits({ database, cache, journal }: VisitSources): Visits {
  const read = query<{ count: number }>(database, 'SELECT count FROM visits WHERE path = ?');
  const write = database.prepare(
    'INSERT INTO visits VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET count = excluded.count',
  );
  const writeAll = database.transaction((counts: readonly (readonly [path: string, count: number])[]) => {
    for (const count of counts) write.run(...count);
  });
  const counts = writeBehind<string, number>(
    cache.namespace('visits'),
    {
      load: (path) => read.first(path)?.count,
      save: (path, count) => write.run(path, count),
      saveMany: (saves) => writeAll(saves.map(({ key, value }) => [key, value] as const)),
    },
    { name: 'visits', journal, ttl: lively, drain: false },
  );
  // One after the other, because each is a read and a write.
  let counting: Promise<unknown> = Promise.resolve();
  const add = async (path: string): Promise<void> => counts.set(path, ((await counts.get(path)) ?? 0) + 1);

  return {
    visits: async (path) => {
      await counting;
      return (await counts.get(path)) ?? 0;
    },
    countVisit: (path) => {
      counting = counting.then(() => add(path)).catch(() => {});
    },
    close: async () => {
      await counting;
      await counts.close();
    },
  };
}
