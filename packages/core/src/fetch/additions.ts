import type { HeadAdditions } from '../http/downstream.ts';
import type { HttpCache } from '../http/http-cache.ts';
import { timingOf } from '../http/server-timing.ts';

/** Adds to the fields of an answer what tells of the cache, and what it tells others to do. */
export function adding({ name, policy }: HttpCache, additions: HeadAdditions): (headers: Headers) => void {
  return (headers) => {
    headers.append('Cache-Status', `${name}; ${additions.status}`);
    if (policy.serverTiming) headers.append('Server-Timing', timingOf(additions.status));
    if (additions.cacheControl !== undefined) headers.set('Cache-Control', additions.cacheControl);
    if (additions.vary !== undefined) headers.set('Vary', additions.vary);
  };
}
