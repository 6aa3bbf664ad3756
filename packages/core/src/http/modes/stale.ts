import type { CacheControl } from '../cache-control.ts';

/** Directives that forbid a shared cache stale answers (RFC 9111, sections 5.2.2.2, 5.2.2.4, 5.2.2.8 and 5.2.2.10). */
export function forbidsStale(directives: CacheControl): boolean {
  return (
    ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) => directives.has(name)) ||
    directives.get('no-cache') === true
  );
}
