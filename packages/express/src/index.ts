export type { ResponseControls } from '@cache/core';
export type {
  Hole,
  HoleFill,
  HoleRequest,
  Holes,
  PolicyRequest,
  RequestCondition,
  ResponsePolicy,
} from '@cache/core/node';
export { cacheControl, type HeaderMiddleware, neverCache, varyOn } from './cache-headers.ts';
export { type CacheableRequest, type CacheMiddleware, cacheResponse } from './cache-response.ts';
export { fragmentEngine, type ViewEngine } from './fragment-engine.ts';
