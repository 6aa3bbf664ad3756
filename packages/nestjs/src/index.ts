export type { ResponsePolicy } from '@cache/core/node';
export type { CacheSource } from './caches.ts';
export { CacheModule } from './module.ts';
export type { CacheModuleAsyncOptions, CacheModuleOptions } from './module-options.ts';
export { CacheResponse, CacheTags, InvalidateTags, NeverCache, type RouteDecorator } from './response-decorators.ts';
export { CacheResponseInterceptor } from './response-interceptor.ts';
export type { CacheResponseOptions } from './response-options.ts';
export type { TaggedRequest, TagSource } from './tag-source.ts';
export { CACHES, cacheToken, InjectCache } from './tokens.ts';
