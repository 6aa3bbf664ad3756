import type { Seen, Trial } from '../trial.ts';
import { whyNotReused } from './reuse.ts';
import { whyNotStored } from './storing.ts';

/** What a trial showed. */
export interface Judgement {
  /** What is wrong; `undefined` if nothing is. */
  readonly fault: string | undefined;
  /** Why nothing was allowed to be stored, if it was not. */
  readonly forbidden: string | undefined;
  readonly stored: boolean;
  readonly reused: boolean;
}

/** Judges by the RFCs, not by the code under test, what a cache did in a trial that began at `now`. */
export function judge(trial: Trial, first: Seen, second: Seen, now: number): Judgement {
  const stored = / ?stored/.test(first.cacheStatus);
  const reused = isReused(second);
  const forbidden = whyNotStored(trial, now);
  return { fault: fault(trial, { stored, forbidden, reused, second }, now), forbidden, stored, reused };
}

/** Whether the second client got what was stored, rather than what the handler answers then. */
function isReused({ cacheStatus, ran }: Seen): boolean {
  return cacheStatus.startsWith('hit') || !ran || cacheStatus.includes('fwd-status=5');
}

function fault(
  trial: Trial,
  {
    stored,
    forbidden,
    reused,
    second,
  }: { stored: boolean; forbidden: string | undefined; reused: boolean; second: Seen },
  now: number,
): string | undefined {
  if (stored && forbidden !== undefined) return `stored in spite of ${forbidden}`;
  if (!reused || second.status === 504) return undefined;
  if (forbidden !== undefined) return `reused in spite of ${forbidden}`;
  const wrong = whyNotReused(trial, second, now);
  return wrong === undefined ? undefined : `reused: ${wrong}`;
}
