import type { HttpRequest } from '../request.ts';

/** Whether the request has conditions that only the origin can judge (RFC 9111, section 4.3.2). */
export function hasCondition(request: HttpRequest): boolean {
  return request.header('if-match') !== undefined || request.header('if-unmodified-since') !== undefined;
}
