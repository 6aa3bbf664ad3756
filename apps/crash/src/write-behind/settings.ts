/** A way in which a journal is used. */
export interface Setting {
  readonly label: string;
  /** Processes at once. */
  readonly writers: number;
  readonly journal: JournalSetting;
}

/** Which journal. */
export type JournalSetting =
  | { readonly kind: 'sqlite'; readonly synchronous: 'normal' | 'full' }
  | { readonly kind: 'redis'; readonly url: string };

/** In a file: one process each. */
export const SQLITE_SETTINGS: readonly Setting[] = [
  { label: 'full', writers: 1, journal: { kind: 'sqlite', synchronous: 'full' } },
  { label: 'normal', writers: 1, journal: { kind: 'sqlite', synchronous: 'normal' } },
  { label: 'normal again', writers: 1, journal: { kind: 'sqlite', synchronous: 'normal' } },
];

/** In Redis: several processes, each with keys of its own, write for each other. */
export function redisSettings(url: string): readonly Setting[] {
  return [{ label: 'three on one journal', writers: 3, journal: { kind: 'redis', url } }];
}
