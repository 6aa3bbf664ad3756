import type { Entry } from '../entry.ts';
import type { Filled } from './fill.ts';
import type { Answer } from './modes/mode.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { StoredResponse } from './records.ts';
import { judge, toResponseHead } from './response-head.ts';
import { confirmedFields, confirmedResponse } from './stored-response.ts';
import { headDescribes } from './validation.ts';

/**
 * What the answer to HEAD means for the stored response to GET (RFC 9111, section 4.3.5): the same with new fields, that it
 * is out of date, or `undefined`, nothing.
 */
export function headUpdate(
  stored: Entry<StoredResponse>,
  answer: Omit<Answer, 'directives'>,
  policy: ResolvedPolicy,
): Filled | 'outdated' | undefined {
  if (answer.status !== 200 || stored.value.status !== 200) return undefined;
  const { value } = stored;
  if (!headDescribes(value.headers, answer.headers, value.body.byteLength)) return 'outdated';
  const fields = confirmedFields(value, answer.headers, answer.receivedAt);
  const head = toResponseHead({ ...answer, headers: fields }, { set: fields, removed: value.removed }, policy);
  const { refused, vary } = judge(head, [], value.body.byteLength, policy);
  if (refused !== undefined) return 'outdated';
  const { fillDuration } = value;
  const response = confirmedResponse(value, head, { policy, vary, entityTag: () => '', fillDuration });
  return { response, lifetime: head.lifetime, receivedAt: head.receivedAt, vary, inheritedTags: stored.tags };
}
