import { type Caches, createCaches } from '@cache/core';
import {
  type DynamicModule,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import type { CacheModuleAsyncOptions, CacheModuleOptions } from './module-options.ts';
import { Routes } from './routes.ts';
import { CACHES, cacheToken, DEFAULT_CACHE, MODULE_OPTIONS } from './tokens.ts';

/**
 * The caches of an application, for `@InjectCache()` and all decorators of this package in every module. Caches that it made
 * are closed when the application is.
 *
 * @example
 * @Module({ imports: [CacheModule.forRoot({ caches: { default: { ttl: '5m' }, pages: { ttl: '1h' } } })] })
 * export class AppModule {}
 */
@Module({})
export class CacheModule implements OnApplicationShutdown {
  readonly #caches: Caches<string>;

  constructor(@Inject(CACHES) caches: Caches<string>) {
    this.#caches = caches;
  }

  /**
   * With options that are known now.
   *
   * @throws CacheError `ERR_CACHE_OPTION`, when the application starts
   */
  static forRoot(options: CacheModuleOptions = {}): DynamicModule {
    const names = Object.keys(options.caches ?? { [DEFAULT_CACHE]: {} });
    return globalModule(names, { provide: MODULE_OPTIONS, useValue: options });
  }

  /**
   * With options that a factory makes of other providers.
   *
   * @example
   * CacheModule.forRootAsync({
   *   names: ['default', 'sessions'],
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({
   *     caches: { default: {}, sessions: { backend: redis(config.getOrThrow<string>('REDIS_URL')) } },
   *   }),
   * })
   */
  static forRootAsync({
    names = [DEFAULT_CACHE],
    imports = [],
    inject = [],
    useFactory,
  }: CacheModuleAsyncOptions): DynamicModule {
    return globalModule(names, { provide: MODULE_OPTIONS, useFactory, inject }, imports);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#caches.close();
  }
}

function globalModule(
  names: readonly string[],
  options: Provider,
  imports: NonNullable<ModuleMetadata['imports']> = [],
): DynamicModule {
  const caches: Provider = {
    provide: CACHES,
    inject: [MODULE_OPTIONS],
    useFactory: (given: CacheModuleOptions) => createCaches(given.caches ?? { [DEFAULT_CACHE]: {} }),
  };
  const each = names.map((name) => ({
    provide: cacheToken(name),
    inject: [CACHES],
    useFactory: (all: Caches<string>) => all.get(name),
  }));
  const exported = [CACHES, Routes, ...each.map(({ provide }) => provide)];
  return {
    module: CacheModule,
    global: true,
    imports,
    providers: [options, caches, Routes, ...each],
    exports: exported,
  };
}
