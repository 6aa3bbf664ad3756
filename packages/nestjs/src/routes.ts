import type { Caches } from '@cache/core';
import { createNodeHandler, type Exchange, type ResponsePolicy } from '@cache/core/node';
import { Inject, Injectable, Logger, type OnModuleInit, VersioningType } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { type Declared, declaredFor, innermost, type Level, type Place } from './metadata.ts';
import type { PlatformRequest } from './messages.ts';
import type { CacheModuleOptions } from './module-options.ts';
import { type CacheResponseOptions, RESPONSE, type ResponseDeclaration } from './response-options.ts';
import { RouteHead } from './route-head.ts';
import { CACHES, DEFAULT_CACHE, MODULE_OPTIONS } from './tokens.ts';

/** What is known of a route before it is asked for. */
export interface Route {
  /** Where the interceptor stands that does the work; those around it pass. */
  readonly level: Level;
  readonly head: RouteHead;
  /** How its responses are cached; `undefined` if they never are. */
  readonly responses: CachedResponses | undefined;
}

/** How the responses of a route are cached. */
export interface CachedResponses {
  readonly handle: (exchange: Exchange<PlatformRequest>) => void;
  readonly policy: ResponsePolicy<PlatformRequest>;
  /** What the key holds beside the URL, where a request field decides which handler answers it. */
  readonly suffix: string;
}

/** The routes of the application and how they are cached; wrong options are found when it starts. */
@Injectable()
export class Routes implements OnModuleInit {
  readonly #caches: Caches<string>;
  readonly #defaults: ResponsePolicy<never>;
  readonly #config: ApplicationConfig;
  readonly #modules: ModulesContainer;
  readonly #known = new WeakMap<object, WeakMap<object, Route>>();
  readonly #logger = new Logger('CacheModule');

  constructor(
    @Inject(CACHES) caches: Caches<string>,
    @Inject(MODULE_OPTIONS) { responses = {} }: CacheModuleOptions,
    @Inject(ApplicationConfig) config: ApplicationConfig,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    this.#caches = caches;
    this.#defaults = responses;
    this.#config = config;
    this.#modules = modules;
  }

  /** @throws CacheError `ERR_CACHE_OPTION` */
  onModuleInit(): void {
    for (const { controllers } of this.#modules.values()) {
      for (const { metatype } of controllers.values()) {
        if (typeof metatype === 'function') this.#check(metatype as Place['controller']);
      }
    }
  }

  /** @throws CacheError `ERR_CACHE_OPTION` */
  of(place: Place): Route {
    const { controller, method } = place;
    const routes = this.#known.get(controller) ?? new WeakMap<object, Route>();
    this.#known.set(controller, routes);
    const route = routes.get(method) ?? this.#create(place);
    routes.set(method, route);
    return route;
  }

  #check(controller: Place['controller']): void {
    const prototype = controller.prototype as Record<string, Place['method']>;
    for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
      const method = prototype[name] as Place['method'];
      const declared = declaredFor<ResponseDeclaration>({ controller, method }, RESPONSE);
      if (innermost(declared) !== 'application') this.of({ controller, method });
    }
  }

  #create(place: Place): Route {
    const declared = declaredFor<ResponseDeclaration>(place, RESPONSE);
    const isCached = (declared.method ?? declared.controller) !== 'never';
    return {
      level: innermost(declared),
      head: new RouteHead(place),
      responses: isCached ? this.#cached(place, declared) : undefined,
    };
  }

  #cached(place: Place, declared: Declared<ResponseDeclaration>): CachedResponses {
    // Only its author knows what requests the application has.
    const { cache = DEFAULT_CACHE, ...given } = {
      ...this.#defaults,
      ...optionsOf(declared.controller),
      ...optionsOf(declared.method),
    } as CacheResponseOptions<PlatformRequest>;
    const policy = given.fastPath === true && this.#isGuarded(place) ? { ...given, fastPath: false } : given;
    const byUrl = (this.#config.getVersioning()?.type ?? VersioningType.URI) === VersioningType.URI;
    const suffix = byUrl ? '' : ` ${nameOf(place)}`;
    return { handle: createNodeHandler(this.#caches.get(cache), policy), policy, suffix };
  }

  /** Whether a guard stands before the route, which an answer before Nest would pass by. Says so. */
  #isGuarded(place: Place): boolean {
    const { controller = [], method = [] } = declaredFor<readonly unknown[]>(place, GUARDS_METADATA);
    const everywhere = [...this.#config.getGlobalGuards(), ...this.#config.getGlobalRequestGuards()];
    if (controller.length + method.length + everywhere.length === 0) return false;
    this.#logger.warn(
      `ERR_CACHE_PLACE: fastPath has no effect on ${nameOf(place)}: it has a guard, which must run before a cached answer is given.`,
    );
    return true;
  }
}

function optionsOf(declaration: ResponseDeclaration | undefined): CacheResponseOptions<never> {
  return declaration === undefined || declaration === 'never' ? {} : declaration;
}

function nameOf({ controller, method }: Place): string {
  return `${controller.name}.${method.name}`;
}
