import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { isSameOrigin } from '../http/same-origin.ts';
import { statusOf } from '../http/status-of.ts';
import type { Reply } from '../site/reply.ts';
import type { Site } from '../site/site.ts';

/** Refuses forms that were sent from another site. */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return isSameOrigin(context.switchToHttp().getRequest<Request>().headers);
  }
}

/** Sends what handlers return; nothing where the cache has answered. */
@Injectable()
export class SendReply implements NestInterceptor<Reply | undefined, string | undefined> {
  intercept(context: ExecutionContext, next: CallHandler<Reply | undefined>): Observable<string | undefined> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      map((reply) => {
        if (reply !== undefined) response.status(reply.status).set(reply.headers);
        return reply?.body;
      }),
    );
  }
}

/** Turns what guards, handlers and Nest itself throw into a page. */
@Catch()
export class ReportProblem implements ExceptionFilter {
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const code = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (code >= 500) console.error(error);
    const { status, headers, body } = await (code === 404 ? this.#site.notFound() : this.#site.problem(code));
    response.status(status).set(headers).send(body);
  }
}
