import type { Cache } from '@cache/core';
import type { AtlasDatabase } from '../data/database.ts';

/** What the domain is built from. */
export interface Sources {
  readonly database: AtlasDatabase;
  readonly cache: Cache;
}

/** How long what hardly changes is kept. */
export const lasting = '1d';

/** How long what visitors change is kept, although each change is named exactly. */
export const lively = '1h';

/** How long it is remembered that something does not exist. */
export const missing = '1m';
