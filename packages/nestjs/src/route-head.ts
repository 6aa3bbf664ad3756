import type { ExecutionContext } from '@nestjs/common';
import { HEADERS_METADATA, HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlatformResponse } from './messages.ts';

interface DeclaredField {
  readonly name: string;
  readonly value: string | (() => string);
}

/**
 * The status and the fields that `@HttpCode()` and `@Header()` declare. Nest sets them before any interceptor runs, but they
 * belong to what the handler answers: a stored response has them, and a handler that runs again needs them again.
 */
export class RouteHead {
  readonly #response: PlatformResponse;
  readonly #adapter: AbstractHttpAdapter;
  readonly #status: number | undefined;
  readonly #fields: readonly DeclaredField[];

  constructor(context: ExecutionContext, adapter: AbstractHttpAdapter) {
    const handler = context.getHandler();
    this.#response = context.switchToHttp().getResponse<PlatformResponse>();
    this.#adapter = adapter;
    this.#status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
    this.#fields = (Reflect.getMetadata(HEADERS_METADATA, handler) ?? []) as DeclaredField[];
  }

  /** Takes off the response what Nest has put there. */
  takeBack(): void {
    for (const { name } of this.#fields) this.#response.removeHeader(name);
  }

  /** Puts it on the response, for a run of the handler. */
  apply(): void {
    if (this.#status !== undefined) this.#adapter.status(this.#response, this.#status);
    for (const { name, value } of this.#fields) {
      this.#adapter.setHeader(this.#response, name, typeof value === 'function' ? value() : value);
    }
  }
}
