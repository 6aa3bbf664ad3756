import type { ExecutionContext } from '@nestjs/common';
import { declaredFor, placeOf } from './metadata.ts';

/** What of a request tags are usually made of; a tag function may ask for its framework's own type instead. */
export interface TaggedRequest {
  readonly method: string;
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** A tag, or what makes tags of the request. */
export type TagSource<Request = TaggedRequest> = string | ((request: Request) => string | readonly string[]);

/** The tags that decorators noted under a key for the route of a context, made for its request. */
export function tagsFor(context: ExecutionContext, key: string): string[] {
  const { controller = [], method = [] } = declaredFor<readonly TagSource[]>(placeOf(context), key);
  const request = context.switchToHttp().getRequest<TaggedRequest>();
  return [...controller, ...method].flatMap((source) => (typeof source === 'function' ? source(request) : source));
}
