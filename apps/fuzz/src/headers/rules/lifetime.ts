import { toSeconds } from './policy-seconds.ts';
import { allows, said, type Said } from './directives.ts';
import { field, fieldLines, type Trial } from '../trial.ts';
import { firstSeconds, instant, mentions, strictInstant } from './reading.ts';

/** What is the most that the RFC and the policy allow. In seconds. */
export interface LifetimeBound {
  readonly fresh: number;
  /** Whether the response said so itself. */
  readonly isSaid: boolean;
}

/** For how long after it was made the response of a trial may be called fresh (RFC 9111, section 4.2). */
export function lifetimeBound({ setup, given }: Trial, now: number): LifetimeBound {
  const { lines, status } = given;
  const all = said(setup, given);
  const date = strictInstant(field(lines, 'date')) ?? now;
  const explicit = all
    .map((one) => explicitSeconds(one, fieldLines(lines, 'expires'), date))
    .filter((one) => one !== undefined);
  const isSaid = explicit.length > 0 || all.some(({ text }) => /max-?age/i.test(text ?? ''));
  if (explicit.length === all.length) return { fresh: Math.max(...explicit), isSaid };
  const modified = instant(field(lines, 'last-modified'));
  const mayGuess =
    setup.policy.mode === 'standard' &&
    (status < 300 || [301, 404, 410, 501].includes(status) || allows(all, 'public'));
  const guess = mayGuess && modified !== undefined ? (date - modified) / 10_000 : 0;
  const byPolicy = setup.policy.maxAge === undefined ? guess : toSeconds(setup.policy.maxAge);
  // What the policy of an application says counts from when the response came, whatever age it claims.
  const isOwn = setup.policy.mode === 'safe' && explicit.length === 0;
  return { fresh: Math.max(byPolicy, ...explicit) + (isOwn ? leastAge({ given }, now) : 0), isSaid };
}

/** How old the response of a trial was when it came, at least (RFC 9111, section 4.2.3). In seconds. */
export function leastAge({ given }: Pick<Trial, 'given'>, now: number): number {
  const [first = ''] = fieldLines(given.lines, 'age');
  const age = /^[ \t]*(\d+)[ \t]*(,|$)/.exec(first)?.[1];
  const date = strictInstant(field(given.lines, 'date')) ?? now;
  return Math.max(Math.min(Number(age ?? 0), 2 ** 31), Math.floor((now - date) / 1000), 0);
}

/** For how long after it became stale the response of a trial may be used, if a refresh runs or came back with an error. */
export function staleBound({ setup, given, secondStatus }: Trial): {
  readonly refreshing: number;
  readonly failed: number;
} {
  const all = said(setup, given);
  const { policy } = setup;
  const bounds = all.map(({ text }) => {
    const never = ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) => mentions(text, name));
    if (never) return { refreshing: 0, failed: 0 };
    const refreshing = firstSeconds(text, 'stale-while-revalidate') ?? toSeconds(policy.staleWhileRevalidate);
    const ifError = firstSeconds(text, 'stale-if-error') ?? toSeconds(policy.staleIfError);
    const isLost = secondStatus === 502;
    return { refreshing, failed: isLost ? Math.max(ifError, toSeconds(policy.staleIfUnreachable)) : ifError };
  });
  return {
    refreshing: Math.max(...bounds.map(({ refreshing }) => refreshing)),
    failed: Math.max(...bounds.map(({ failed }) => failed)),
  };
}

function explicitSeconds({ text, targeted }: Said, expires: readonly string[], date: number): number | undefined {
  const seconds = firstSeconds(text, 's-maxage') ?? firstSeconds(text, 'max-age');
  if (seconds !== undefined || targeted || expires.length === 0) return seconds;
  return Math.max(0, ((instant(expires[0]) ?? date) - date) / 1000);
}
