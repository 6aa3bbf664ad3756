import type { Dependencies } from '../dependencies.ts';
import { createEntry, isExpired } from '../entry.ts';
import type { Filled } from './fill.ts';
import type { FilledEntry } from './fill-flights.ts';
import { tagsOf } from './invalidation.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { HttpRequest } from './request.ts';

/** How a response came to be. */
export interface Making {
  readonly request: HttpRequest;
  readonly dependencies: Dependencies;
  /** Position of the invalidation log when it began. */
  readonly position: number;
  readonly query: ResolvedPolicy['query'];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** The entry that a response is stored in; `'unstorable'` if nobody could use it. */
export function filledEntry(
  { response, vary, lifetime, receivedAt, inheritedTags }: Filled,
  { request, dependencies, position, query, now }: Making,
): FilledEntry | 'unstorable' {
  const tags = [...dependencies.names, ...inheritedTags, ...tagsOf(request, response.headers, query)];
  const limitAt = dependencies.limitFrom(now);
  const parts = { value: response, tags: [...new Set(tags)], position, limitAt, copyOnRead: false };
  const { ifError, ifLost } = lifetime.stale;
  const staleIfError = Math.max(ifError, ifLost, lifetime.keep);
  const windows = { staleWhileRevalidate: lifetime.staleWhileRevalidate, staleIfError };
  const entry = createEntry(parts, { ttl: lifetime.ttl, ...windows }, receivedAt);
  return isExpired(entry, now) ? 'unstorable' : { entry, vary, isStale: false };
}
