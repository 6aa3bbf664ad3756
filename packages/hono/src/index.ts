export type { ResponsePolicy } from '@cache/core/fetch';
export { type CacheEnv, cacheResponse } from './cache-response.ts';
