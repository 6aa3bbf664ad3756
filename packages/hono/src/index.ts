export type { ResponseControls } from '@cache/core';
export type {
  Hole,
  HoleFill,
  HoleRequest,
  Holes,
  PolicyRequest,
  RequestCondition,
  ResponsePolicy,
} from '@cache/core/fetch';
export { cacheControl, neverCache, varyOn } from './cache-headers.ts';
export { type CacheEnv, cacheResponse } from './cache-response.ts';
export { fragmentRenderer } from './fragment-renderer.ts';
export { type FragmentEnv, fragmentViews } from './fragment-views.ts';
