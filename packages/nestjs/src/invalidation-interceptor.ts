import type { Caches } from '@cache/core';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { concatMap, type Observable } from 'rxjs';
import { declaredFor, innermost, type Level, placeOf } from './metadata.ts';
import { isHttp, warnNotHttp } from './not-http.ts';
import { tagsFor } from './tag-source.ts';
import { CACHES } from './tokens.ts';

/** Where `@InvalidateTags()` notes its tags. */
export const INVALIDATED: string = 'cache:invalidated';

const CHANGES_NOTHING = ['GET', 'HEAD', 'OPTIONS'];

/** Invalidates tags when a method has succeeded, before its answer goes out. */
@Injectable()
export class MethodInvalidation implements NestInterceptor {
  protected readonly level: Level = 'method';
  readonly #caches: Caches<string>;

  constructor(@Inject(CACHES) caches: Caches<string>) {
    this.#caches = caches;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const declared = declaredFor(placeOf(context), INVALIDATED);
    if (innermost(declared) !== this.level) return next.handle();
    if (!isHttp(context)) {
      warnNotHttp(context, '@InvalidateTags()');
      return next.handle();
    }
    const { method } = context.switchToHttp().getRequest<{ method: string }>();
    if (declared.method === undefined && CHANGES_NOTHING.includes(method)) return next.handle();
    return next.handle().pipe(
      concatMap(async (value: unknown) => {
        await this.#caches.invalidateTags(tagsFor(context, INVALIDATED));
        return value;
      }),
    );
  }
}

/** The same for all methods of a controller that change something and say nothing of it themselves. */
@Injectable()
export class ControllerInvalidation extends MethodInvalidation {
  protected override readonly level: Level = 'controller';
}
