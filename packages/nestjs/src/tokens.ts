import { Inject } from '@nestjs/common';

/** The name of the cache that is used where none is named. */
export const DEFAULT_CACHE = 'default';

/** Injects all caches of the module: `Caches` of `@cache/core`. */
export const CACHES: unique symbol = Symbol('@cache/nestjs: caches');

/** What `CacheModule` was given. */
export const MODULE_OPTIONS: unique symbol = Symbol('@cache/nestjs: options');

/**
 * The provider token of a cache, for factories and for `overrideProvider` in tests.
 *
 * @param name default: `'default'`
 * @example
 * { provide: Rates, inject: [cacheToken('rates')], useFactory: (cache: Cache) => new Rates(cache) }
 */
export function cacheToken(name: string = DEFAULT_CACHE): string {
  return `Cache:${name}`;
}

/**
 * Injects a cache of `CacheModule` into a constructor parameter or a property.
 *
 * @param name default: `'default'`
 * @example
 * constructor(@InjectCache() private readonly cache: Cache, @InjectCache('sessions') private readonly sessions: Cache) {}
 */
export function InjectCache(name: string = DEFAULT_CACHE): PropertyDecorator & ParameterDecorator {
  return Inject(cacheToken(name));
}
