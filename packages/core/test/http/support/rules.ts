import type { Answer } from '../../../src/http/modes/mode.ts';
import { type ResolvedPolicy, resolvePolicy, type ResponsePolicy } from '../../../src/http/policy.ts';
import { responseDirectives } from '../../../src/http/response-directives.ts';
import { request } from './engine.ts';

/** The instant at which the answers of these tests come. */
export const NOW: number = Date.UTC(2026, 0, 1);

/** An HTTP date so many seconds after that instant. */
export function at(seconds: number): string {
  return new Date(NOW + seconds * 1000).toUTCString();
}

/** A policy of a cache whose values live a minute and are never used stale. */
export function policyOf(policy: ResponsePolicy = {}): ResolvedPolicy {
  return resolvePolicy(policy, { ttl: 60_000, staleWhileRevalidate: 0, staleIfError: 0 });
}

/** What a handler answered, as the rules see it: a plain 200 at once, if not said otherwise. */
export function answered(
  { headers = [], ...changes }: Partial<Omit<Answer, 'directives'>>,
  targetedFields: readonly string[] = [],
): Answer {
  return {
    request: request(),
    status: 200,
    headers,
    requestedAt: NOW,
    receivedAt: NOW,
    directives: responseDirectives(headers, targetedFields),
    ...changes,
  };
}
