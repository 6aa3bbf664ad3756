import type { CacheOrOptions } from '@cache/core';
import type { ResponsePolicy } from '@cache/core/node';
import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';

/** Options of `CacheModule.forRoot`. All are optional. */
export interface CacheModuleOptions {
  /**
   * The caches by name: options of `createCache`, or a cache that was made elsewhere and is closed there. Default: one in memory,
   * named `default`. What no `cache` is named for uses `default`.
   */
  readonly caches?: Readonly<Record<string, CacheOrOptions>>;
  /** What the policies of `@CacheResponse()` start from. Default: nothing. */
  readonly responses?: ResponsePolicy<never>;
}

/** Options of `CacheModule.forRootAsync`. */
export interface CacheModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The names of the caches that the factory will describe: Nest must know what can be injected before it runs. Default: `['default']`. */
  readonly names?: readonly string[];
  /** What the factory is given. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => CacheModuleOptions | Promise<CacheModuleOptions>;
}
