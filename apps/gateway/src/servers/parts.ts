import type { Cache } from '@cache/core';
import type { ResponsePolicy } from '@cache/core/node';
import type { Forward } from '../forward/forward.ts';

/** What a framework is given: the handler, and the cache to put before it if there is to be one. */
export interface ServerParts {
  readonly forward: Forward;
  readonly cached: { readonly cache: Cache; readonly policy: ResponsePolicy } | undefined;
}
