import type { Verdict } from './downstream.ts';
import { type HeaderList, headerOf } from './headers.ts';
import { judgeInputs } from './inputs.ts';
import type { Answer, ResponseLifetime } from './modes/mode.ts';
import type { ResolvedPolicy } from './policy.ts';
import { responseDirectives } from './response-directives.ts';
import { varyNames } from './vary.ts';

/** How a handler changed the fields that it found in the response. */
export interface OwnFields {
  readonly set: HeaderList;
  /** Names in lower case. */
  readonly removed: readonly string[];
}

/** The head of a response on its way into the cache. */
export interface ResponseHead extends Answer {
  readonly own: OwnFields;
  readonly lifetime: ResponseLifetime;
}

/** A head with what its fields mean. */
export function toResponseHead(
  answer: Omit<Answer, 'directives'>,
  own: OwnFields,
  policy: ResolvedPolicy,
): ResponseHead {
  const full = { ...answer, directives: responseDirectives(answer.headers, policy.targetedFields) };
  return { ...full, own, lifetime: policy.mode.lifetime(full, policy) };
}

/**
 * Whether a response with this head may be stored, and by which request fields it differs.
 *
 * @param inputs request fields that the handler has looked at so far
 * @param bytes length of the body so far
 */
export function judge(head: ResponseHead, inputs: Iterable<string>, bytes: number, policy: ResolvedPolicy): Verdict {
  const named = varyNames(head.headers);
  const said = named === '*' ? [] : named;
  const { uncovered, vary: learned } = judgeInputs(
    policy.watchesInputs ? inputs : [],
    new Set([...said, ...policy.headers]),
  );
  const refused =
    policy.mode.whyNotStored(head, policy) ??
    (uncovered === undefined ? undefined : `read:${uncovered}`) ??
    (Math.max(bytes, declaredLength(head.headers) ?? 0) > policy.maxBodyBytes ? 'size' : undefined) ??
    (isWorthStoring(head.lifetime) ? undefined : 'expired');
  const isUncoded = policy.encodings.length > 0 || policy.holes !== undefined;
  const covered = (name: string): boolean =>
    policy.mode.coveredFields.has(name) || (name === 'accept-encoding' && isUncoded);
  const vary = [...new Set([...said, ...learned])].filter((name) => !covered(name));
  return { refused, vary: vary.sort() };
}

/** `Content-Length`, if the response has it. */
export function declaredLength(headers: HeaderList): number | undefined {
  const length = headerOf(headers, 'content-length');
  return length === undefined ? undefined : Number(length);
}

/** Whether there will be an instant at which the response can be used for anything. */
function isWorthStoring({ ttl, staleWhileRevalidate, stale, keep, alwaysValidated }: ResponseLifetime): boolean {
  if (alwaysValidated) return keep > 0;
  return ttl + Math.max(0, staleWhileRevalidate, stale.ifError, stale.ifLost, keep) > 0;
}
