export type { ResponseControls } from '@cache/core';
export type { Hole, HoleFill, HoleRequest, Holes, ResponsePolicy } from '@cache/core/node';
export { CacheControls } from './cache-controls.ts';
export { CacheEvict, Cached, CachePut, type NamedCache } from './methods.ts';
export { CacheModule } from './module.ts';
export type { CacheModuleAsyncOptions, CacheModuleOptions } from './module-options.ts';
export { CacheResponse, CacheTags, InvalidateTags, NeverCache, type RouteDecorator } from './response-decorators.ts';
export { CacheResponseInterceptor } from './response-interceptor.ts';
export type { CacheResponseOptions } from './response-options.ts';
export type { TaggedRequest, TagSource } from './tag-source.ts';
export { CACHES, cacheToken, InjectCache } from './tokens.ts';
export {
  FragmentsModule,
  type FragmentsModuleAsyncOptions,
  type FragmentsModuleOptions,
  InjectFragments,
} from './fragments-module.ts';
