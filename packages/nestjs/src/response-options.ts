import type { ResponsePolicy } from '@cache/core/node';

/** Options of `@CacheResponse()`: a policy, and the cache it is for. */
export interface CacheResponseOptions<Context = unknown> extends ResponsePolicy<Context> {
  /** A cache of `CacheModule`. Default: `'default'`. */
  readonly cache?: string;
}

/** What was declared for responses: options, or that they are never cached. */
export type ResponseDeclaration = CacheResponseOptions<never> | 'never';

/** Where decorators note what was declared for responses. */
export const RESPONSE: string = 'cache:response';
