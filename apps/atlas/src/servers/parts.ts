import type { Cache } from '@cache/core';
import type { Atlas } from '../domain/atlas.ts';

/** What a server is made of. */
export interface ServerParts {
  readonly atlas: Atlas;
  readonly cache: Cache;
}
