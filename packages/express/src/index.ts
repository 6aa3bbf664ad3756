export type { ResponsePolicy } from '@cache/core/node';
export { type CacheableRequest, type CacheMiddleware, cacheResponse } from './cache-response.ts';
