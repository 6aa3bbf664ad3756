export type { ResponsePolicy } from '@cache/core/node';
export { cacheResponse } from './cache-response.ts';
