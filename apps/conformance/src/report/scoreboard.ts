/** What other caches reach on the whole suite at its commit b55b8bda (July 2026): required of 160, optimal of 105. */
export const OTHERS: readonly (readonly [name: string, required: number, optimal: number])[] = [
  ['Traffic Server 9.2', 134, 71],
  ['Apache httpd', 131, 68],
  ['undici cache interceptor in a proxy', 126, 68],
  ['Squid', 121, 58],
  ['Varnish', 119, 45],
  ['got', 116, 60],
  ['nginx', 100, 58],
  ['http-cache-middleware', 72, 49],
  ['a proxy that caches nothing', 22, 0],
  ['hono/cache', 17, 4],
  ['koa-cash', 7, 0],
  ['apicache', 7, 0],
  ['Nest CacheInterceptor', 0, 0],
];

/** Of how many tests of each kind the numbers above are. */
export const ALL_REQUIRED = 160;
export const ALL_OPTIMAL = 105;
