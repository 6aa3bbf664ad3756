import { ageOf, type Entry, isFresh } from '../entry.ts';
import type { StoredResponse } from './records.ts';
import type { RequestDemands } from './request-directives.ts';

/**
 * What may be done with a stored response (RFC 9111, section 4.2): answer with it; answer with it and ask the handler
 * afterwards; ask the handler although it is fresh, because the client wishes it; or ask the handler because it is stale.
 */
export type Use = 'answer' | 'answer-and-refresh' | 'ask-as-wished' | 'ask';

/** How a stored response may be used for a request with these demands. */
export function useOf(entry: Entry<StoredResponse>, demands: RequestDemands, now: number): Use {
  const { alwaysValidated } = entry.value;
  if (isFresh(entry, now) && !alwaysValidated) return satisfies(entry, demands, now) ? 'answer' : 'ask-as-wished';
  if (alwaysValidated || demands.validated) return 'ask';
  if (isStaleAsAsked(entry, demands, now)) return 'answer';
  const anyAge = demands.maxAge === Infinity && demands.minFresh === 0;
  return anyAge && now < entry.revalidateUntil ? 'answer-and-refresh' : 'ask';
}

/** Whether a response that has just come is as fresh as a client wishes who waited for it. */
export function isNewEnough(entry: Entry<StoredResponse>, { maxAge, minFresh }: RequestDemands, now: number): boolean {
  if (!isFresh(entry, now) || entry.value.alwaysValidated) return false;
  return ageAt(entry, now) <= maxAge * 1000 && entry.staleAt - now >= minFresh * 1000;
}

/** Age of a response in milliseconds, the time before it came here included. */
export function ageAt(entry: Entry<StoredResponse>, now: number): number {
  return entry.value.initialAge + ageOf(entry, now);
}

/** Whether a fresh response is as fresh as the client wishes. */
function satisfies(
  entry: Entry<StoredResponse>,
  { validated, maxAge, minFresh }: RequestDemands,
  now: number,
): boolean {
  if (validated) return false;
  if (maxAge === Infinity && minFresh === 0) return true;
  return ageAt(entry, now) < maxAge * 1000 && entry.staleAt - now >= minFresh * 1000;
}

/** Whether the client takes a response that is as stale as this one. */
function isStaleAsAsked(entry: Entry<StoredResponse>, { maxStale }: RequestDemands, now: number): boolean {
  return maxStale !== undefined && now - entry.staleAt <= Math.min(maxStale * 1000, entry.value.stale.ifAsked);
}
