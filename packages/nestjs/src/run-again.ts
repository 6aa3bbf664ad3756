import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { RESPONSE_PASSTHROUGH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { type AbstractHttpAdapter, BaseExceptionFilter } from '@nestjs/core';
import { lastValueFrom } from 'rxjs';
import type { PlatformResponse } from './messages.ts';

/**
 * Runs the handler a second time for one request: what it answered first did not complete the part of a response that is
 * stored (standard mode only). Nest has gone its way with the first answer, so that this one is sent from here.
 */
export function runAgain(context: ExecutionContext, next: CallHandler, adapter: AbstractHttpAdapter): void {
  const response = context.switchToHttp().getResponse<PlatformResponse>();
  forgetFields(response);
  lastValueFrom(next.handle(), { defaultValue: undefined }).then(
    (value) => {
      if (!answersItself(context)) adapter.reply(response, value);
    },
    (error: unknown) => new BaseExceptionFilter(adapter).catch(error, context),
  );
}

/** Fastify still has the fields of the first answer, beside those that are on Node's response. */
function forgetFields(response: PlatformResponse): void {
  const { raw } = response;
  if (raw === undefined) return;
  const above = raw.getHeaders();
  for (const name of Object.keys(response.getHeaders())) response.removeHeader(name);
  for (const [name, value] of Object.entries(above)) if (value !== undefined) raw.setHeader(name, value);
}

/** Whether the handler takes the response as a parameter and Nest therefore leaves the answer to it. */
function answersItself(context: ExecutionContext): boolean {
  const [controller, { name }] = [context.getClass(), context.getHandler()];
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) as object | undefined;
  const passthrough = Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, controller, name) as boolean | undefined;
  // The numbers of `@Res()` and `@Next()` among Nest's parameters.
  return passthrough !== true && Object.keys(parameters ?? {}).some((key) => /^[12]:/.test(key));
}
