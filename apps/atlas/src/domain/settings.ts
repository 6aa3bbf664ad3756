import { forever } from '@cache/core/strategies';
import { query } from '../data/database.ts';
import { lengthUnits, type LengthUnit } from './model.ts';
import type { Sources } from './sources.ts';

/** What is set for everybody. */
export interface Settings {
  /** In what distances are told. */
  distances(): Promise<LengthUnit>;
  /** Tells distances in another unit from now on, on every page. */
  setDistances(unit: LengthUnit): Promise<void>;
}

/** Creates the settings: kept for ever, and put back at once by whoever changes one. */
export function createSettings({ database, cache }: Sources): Settings {
  const read = query<{ value: string }>(database, 'SELECT value FROM settings WHERE name = ?');
  const write = database.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)');
  const settings = forever<string, string>(
    cache,
    { load: (name) => read.first(name)?.value, save: (name, value) => write.run(name, value) },
    { key: (name) => ['setting', name] },
  );

  return {
    distances: async () => {
      const set = await settings.get('distances');
      return lengthUnits.find((unit) => unit === set) ?? lengthUnits[0];
    },
    setDistances: (unit) => settings.set('distances', unit),
  };
}
