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
export { cacheControl, neverCache, varyOn } from './cache-headers.ts';
export { cacheResponse } from './cache-response.ts';
export { fragmentViews } from './fragment-views.ts';
