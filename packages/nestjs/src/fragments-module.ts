import type { Caches } from '@cache/core';
import { createFragments, type Fragments, type FragmentsOptions, type FragmentViews } from '@cache/core/fragments';
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { provideViews } from './fragment-views.ts';
import { CACHES } from './tokens.ts';

/** Options of `FragmentsModule.forRoot`: those of `createFragments`, with `using` for a cache of `CacheModule`. */
export interface FragmentsModuleOptions extends FragmentsOptions {
  /** Makes what renders the views of `@Render()`, by the names that its engine knows them by. Default: Nest's own views are left alone. */
  readonly views?: (fragments: Fragments) => FragmentViews<string>;
}

/** Options of `FragmentsModule.forRootAsync`. */
export interface FragmentsModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What the factory is given. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => FragmentsModuleOptions | Promise<FragmentsModuleOptions>;
}

const FRAGMENTS = Symbol('@cache/nestjs: fragments');
const OPTIONS = Symbol('@cache/nestjs: options of fragments');

/**
 * Injects the fragments of `FragmentsModule`: `Fragments` of `@cache/core/fragments`.
 *
 * @example
 * constructor(@InjectFragments() private readonly fragments: Fragments) {}
 */
export function InjectFragments(): PropertyDecorator & ParameterDecorator {
  return Inject(FRAGMENTS);
}

/**
 * Fragments in the caches of `CacheModule`, for `@InjectFragments()` in every module, and views with fragments for `@Render()`, on Express
 * and on Fastify alike. What a handler returns are the locals of its view; `holes` and `locale` among them, or among the `locals` of the
 * response, are options of the page.
 *
 * @example
 * @Module({
 *   imports: [
 *     CacheModule.forRoot(),
 *     FragmentsModule.forRoot({
 *       ttl: '10m',
 *       views: (fragments) => nunjucksFragments(nunjucks.configure('views'), fragments),
 *     }),
 *   ],
 * })
 * export class AppModule {}
 */
@Module({})
export class FragmentsModule implements OnModuleInit {
  readonly #host: HttpAdapterHost;
  readonly #views: FragmentViews<string> | undefined;

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(FRAGMENTS) fragments: Fragments,
    @Inject(OPTIONS) { views }: FragmentsModuleOptions,
  ) {
    this.#host = host;
    this.#views = views?.(fragments);
  }

  /**
   * With options that are known now.
   *
   * @throws CacheError `ERR_CACHE_OPTION`, when the application starts
   */
  static forRoot(options: FragmentsModuleOptions = {}): DynamicModule {
    return globalModule({ provide: OPTIONS, useValue: options });
  }

  /** With options that a factory makes of other providers. */
  static forRootAsync({ imports = [], inject = [], useFactory }: FragmentsModuleAsyncOptions): DynamicModule {
    return globalModule({ provide: OPTIONS, useFactory, inject }, imports);
  }

  onModuleInit(): void {
    if (this.#views !== undefined) provideViews(this.#host.httpAdapter, this.#views);
  }
}

function globalModule(options: Provider, imports: NonNullable<ModuleMetadata['imports']> = []): DynamicModule {
  const fragments: Provider = {
    provide: FRAGMENTS,
    inject: [CACHES, OPTIONS],
    useFactory(caches: Caches<string>, options: FragmentsModuleOptions) {
      const { views: _views, ...given } = options;
      return createFragments(caches, given);
    },
  };
  return { module: FragmentsModule, global: true, imports, providers: [options, fragments], exports: [FRAGMENTS] };
}
