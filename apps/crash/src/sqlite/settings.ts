import type { SqliteOptions } from '@cache/core/sqlite';

/** A way in which the SQLite backend is used, and by how many processes at once. */
export interface Setting {
  readonly label: string;
  readonly writers: number;
  readonly options: Omit<SqliteOptions, 'directory'>;
  /** So little room that values have to go. */
  readonly evicts: boolean;
}

export const SETTINGS: readonly Setting[] = [
  { label: 'alone', writers: 1, evicts: false, options: { fileAbove: 4_096 } },
  {
    label: 'in pairs, 3 shards',
    writers: 2,
    evicts: false,
    options: { fileAbove: 4_096, shards: 3, statistics: true },
  },
  {
    label: 'in pairs, evicting',
    writers: 2,
    evicts: true,
    options: { fileAbove: 4_096, maxBytes: 200_000, eviction: 'least-recently-used' },
  },
];

/** The setting of this name. */
export function settingOf(label: string): Setting {
  const setting = SETTINGS.find((each) => each.label === label);
  if (setting === undefined) throw new Error(`There is no setting ${label}.`);
  return setting;
}
