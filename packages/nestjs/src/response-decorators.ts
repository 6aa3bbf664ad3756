import { applyDecorators, SetMetadata, type Type, UseInterceptors } from '@nestjs/common';
import { INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import type { NestInterceptor } from '@nestjs/common';
import { ControllerInvalidation, INVALIDATED, MethodInvalidation } from './invalidation-interceptor.ts';
import { ControllerResponseInterceptor, MethodResponseInterceptor, TAGS } from './response-interceptor.ts';
import { type CacheResponseOptions, RESPONSE, type ResponseDeclaration } from './response-options.ts';
import type { TaggedRequest, TagSource } from './tag-source.ts';

/** A decorator for a controller or for one of its methods. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/**
 * Caches the GET responses of a controller or a method; a method overrides what its controller says, option by option. Guards run before a
 * cached answer is given. Safe by default, as `cacheResponse` is on other frameworks: requests of a known user, with a cookie or
 * with `Authorization` go past the cache, and `Cache-Status` on each answer says what happened and why.
 *
 * @throws CacheError `ERR_CACHE_OPTION`, from the first request
 * @example
 * @Controller('cities')
 * @CacheResponse({ maxAge: '5m', staleWhileRevalidate: '1h' })
 * export class CitiesController {
 *   @Get(':id')
 *   @CacheTags(({ params }) => `city:${params.id}`)
 *   show(@Param('id') id: string) { … }
 *
 *   @Get()
 *   @CacheResponse({ maxAge: '1m', query: { allow: ['page'] } })
 *   list(@Query('page') page: string) { … }
 * }
 */
export function CacheResponse<Context = unknown>(options: CacheResponseOptions<Context> = {}): RouteDecorator {
  return declare(options);
}

/**
 * Keeps a method or a controller out of the cache that is around it, and tells clients and proxies the same
 * (`Cache-Control: no-store`) unless the handler says something else.
 */
export function NeverCache(): RouteDecorator {
  return declare('never');
}

/**
 * Tags what is cached of a controller or a method, beside the tags of values that the handler reads. Functions are called with the request.
 *
 * @example
 * @CacheTags('cities', ({ params }) => `city:${params.id}`)
 */
export function CacheTags<Request = TaggedRequest>(...tags: TagSource<Request>[]): RouteDecorator {
  return SetMetadata(TAGS, tags) as RouteDecorator;
}

/**
 * Invalidates tags, in all caches of the module, once a handler has succeeded and before Nest answers: on a method, or on a controller
 * for all its methods that change something (not GET, HEAD and OPTIONS). A handler that answers through `@Res()` answers first.
 *
 * @example
 * @Put(':id')
 * @InvalidateTags(({ params }) => `city:${params.id}`)
 * rename(@Param('id') id: string, @Body() body: Rename) { … }
 */
export function InvalidateTags<Request = TaggedRequest>(...tags: TagSource<Request>[]): RouteDecorator {
  return applyDecorators(
    SetMetadata(INVALIDATED, tags),
    applyOnce({ controller: ControllerInvalidation, method: MethodInvalidation }),
  ) as RouteDecorator;
}

function declare(declaration: ResponseDeclaration): RouteDecorator {
  return applyDecorators(
    SetMetadata(RESPONSE, declaration),
    applyOnce({ controller: ControllerResponseInterceptor, method: MethodResponseInterceptor }),
  ) as RouteDecorator;
}

/** Applies an interceptor where its decorator stands, once even if a base class has it already. */
function applyOnce(interceptors: Record<'controller' | 'method', Type<NestInterceptor>>): RouteDecorator {
  return ((target: object, name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const interceptor = name === undefined ? interceptors.controller : interceptors.method;
    const place = (descriptor?.value ?? target) as object;
    const present = (Reflect.getMetadata(INTERCEPTORS_METADATA, place) ?? []) as unknown[];
    if (present.includes(interceptor)) return;
    const apply = UseInterceptors(interceptor);
    if (name === undefined) (apply as ClassDecorator)(target as () => void);
    else apply(target, name, descriptor as PropertyDescriptor);
  }) as RouteDecorator;
}
