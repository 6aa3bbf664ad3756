import { HEADERS_METADATA, HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlatformResponse } from './messages.ts';
import type { Place } from './metadata.ts';

interface DeclaredField {
  readonly name: string;
  readonly value: string | (() => string);
}

/**
 * The status and the fields that `@HttpCode()` and `@Header()` declare. Nest sets them before any interceptor runs, but they
 * belong to what the handler answers: a stored response has them, and a handler that runs again needs them again.
 */
export class RouteHead {
  /** In lower case. */
  readonly names: ReadonlySet<string>;
  readonly #status: number | undefined;
  readonly #fields: readonly DeclaredField[];

  constructor({ method }: Place) {
    this.#status = Reflect.getMetadata(HTTP_CODE_METADATA, method) as number | undefined;
    this.#fields = (Reflect.getMetadata(HEADERS_METADATA, method) ?? []) as DeclaredField[];
    this.names = new Set(this.#fields.map(({ name }) => name.toLowerCase()));
  }

  /** Takes off the response what Nest has put there; Fastify keeps it apart. */
  takeBack(response: PlatformResponse): void {
    if (response.raw === undefined) for (const name of this.names) response.removeHeader(name);
  }

  /** Puts it on the response, for a run of the handler. */
  apply(response: PlatformResponse, adapter: AbstractHttpAdapter): void {
    if (this.#status !== undefined) adapter.status(response, this.#status);
    for (const { name, value } of this.#fields) {
      adapter.setHeader(response, name, typeof value === 'function' ? value() : value);
    }
  }
}
