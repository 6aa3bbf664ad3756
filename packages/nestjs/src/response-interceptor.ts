import { addTags } from '@cache/core';
import { isIdentified, routedUrl } from '@cache/core/node';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { Observable, type Subscriber, type Subscription, tap } from 'rxjs';
import { AsyncResource } from 'node:async_hooks';
import {
  handOverFields,
  hideParsedQuery,
  type PlatformRequest,
  type PlatformResponse,
  requestOf,
  responseOf,
  silence,
} from './messages.ts';
import { declaredFor, innermost, type Level, placeOf } from './metadata.ts';
import { isHttp, warnNotHttp } from './not-http.ts';
import { renderWithin } from './render-within.ts';
import { RESPONSE, type ResponseDeclaration } from './response-options.ts';
import type { RouteHead } from './route-head.ts';
import { type CachedResponses, Routes } from './routes.ts';
import { runAgain } from './run-again.ts';
import { tagsFor } from './tag-source.ts';

/** Where `@CacheTags()` notes its tags. */
export const TAGS: string = 'cache:tags';

/**
 * Answers from a cache, or runs what is below and keeps what Nest answers. `@CacheResponse()` applies it to a controller or a method; as a global
 * interceptor it caches all GET routes of the application with the `responses` of `CacheModule`, apart from those with a decorator of their own.
 *
 * Guards have run before it; pipes and the interceptors below it run only if the handler does. What interceptors around it
 * make of a value is part of the response, but they see `undefined` where the cache has answered.
 *
 * @example
 * { provide: APP_INTERCEPTOR, useClass: CacheResponseInterceptor }
 */
@Injectable()
export class CacheResponseInterceptor implements NestInterceptor {
  protected readonly level: Level = 'application';
  readonly #routes: Routes;
  readonly #host: HttpAdapterHost;
  /** Requests whose handler has run: an interceptor around that tries again (`retry`) wants it once more, for the same response. */
  readonly #watched = new WeakMap<object, (again: () => Subscription) => Subscription>();

  constructor(@Inject(Routes) routes: Routes, @Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#routes = routes;
    this.#host = host;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const place = placeOf(context);
    if (!isHttp(context)) {
      const declared = declaredFor<ResponseDeclaration>(place, RESPONSE);
      const isNever = (declared.method ?? declared.controller) === 'never';
      if (innermost(declared) === this.level) warnNotHttp(context, isNever ? '@NeverCache()' : '@CacheResponse()');
      return next.handle();
    }
    const { level, head, responses } = this.#routes.of(place);
    if (level !== this.level) return next.handle();
    return responses === undefined ? this.#never(context, next, head) : this.#cached(context, next, head, responses);
  }

  #never(context: ExecutionContext, next: CallHandler, head: RouteHead): Observable<unknown> {
    const { httpAdapter } = this.#host;
    const response = context.switchToHttp().getResponse<PlatformResponse>();
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    head.apply(response, httpAdapter);
    return next.handle();
  }

  #cached(
    context: ExecutionContext,
    next: CallHandler,
    head: RouteHead,
    { handle, policy, suffix }: CachedResponses,
  ): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<PlatformRequest>();
    const response = http.getResponse<PlatformResponse>();
    const message = requestOf(request);
    const { baseUrl = '', url = '/' } = message;
    const target = message.originalUrl ?? url;
    const raw = responseOf(response);
    const watched = this.#watched.get(message);
    if (watched !== undefined)
      return new Observable((subscriber) => watched(() => next.handle().subscribe(subscriber)));
    let runs = 0;
    return new Observable((subscriber) => {
      head.takeBack(response);
      handOverFields(response, head.names);
      // With its client Nest gives up a handler that returns an Observable, and answers nothing: the cache waits for no more.
      const giveUp = (): void => {
        if (message.socket.destroyed && !raw.headersSent) raw.writeHead(503).end();
      };
      const run = (error?: unknown): void => {
        if (error !== undefined) {
          subscriber.error(error);
          return;
        }
        runs += 1;
        this.#watched.set(
          message,
          AsyncResource.bind((again) => again()),
        );
        head.apply(response, this.#host.httpAdapter);
        renderWithin(context, response);
        addTags(...tagsFor(context, TAGS));
        if (runs > 1) runAgain(context, next, this.#host.httpAdapter);
        else relay(next.handle(), subscriber, giveUp);
      };
      handle({
        request: message,
        response: raw,
        url: routedUrl(target, baseUrl + url) + suffix,
        target,
        // On Fastify, middleware made for Express works on Node's request.
        identified: isIdentified(request) || isIdentified(message),
        next: run,
        context: request,
        holders: () => [request, message],
        fail: (error) => new BaseExceptionFilter(this.#host.httpAdapter).catch(error, context),
        onFill() {
          if (policy.query !== undefined) hideParsedQuery(request);
        },
        onAnswered() {
          silence(response);
          subscriber.next(undefined);
          subscriber.complete();
        },
      });
    });
  }
}

/** Passes on what a handler emits, and tells if nobody wants it before it is over. */
function relay(source: Observable<unknown>, subscriber: Subscriber<unknown>, onGivenUp: () => void): void {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  subscriber.add(source.pipe(tap({ error: end, complete: end })).subscribe(subscriber));
  subscriber.add(() => {
    if (!isOver) onGivenUp();
  });
}

/** The one that `@CacheResponse()` applies to a controller. */
@Injectable()
export class ControllerResponseInterceptor extends CacheResponseInterceptor {
  protected override readonly level: Level = 'controller';
}

/** The one that `@CacheResponse()` applies to a method. */
@Injectable()
export class MethodResponseInterceptor extends CacheResponseInterceptor {
  protected override readonly level: Level = 'method';
}
