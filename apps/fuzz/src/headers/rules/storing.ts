import { field, fieldLines, type Given, type Trial } from '../trial.ts';
import { allows, forbids, forbidsWhole, qualified, said } from './directives.ts';
import { lifetimeBound } from './lifetime.ts';
import { mentions, names } from './reading.ts';

/** Why nothing of the first exchange of a trial may be stored (RFC 9111, section 3); `undefined` if it may. */
export function whyNotStored(trial: Trial, now: number): string | undefined {
  return trial.setup.policy.mode === 'safe' ? safe(trial) : standard(trial, now);
}

/** Statuses that may be reused without a lifetime of their own (RFC 9110, section 15.1). */
const HEURISTIC = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];

/** Statuses of the trials that RFC 9110 does not define. */
const UNKNOWN = [299, 599];

function standard(trial: Trial, now: number): string | undefined {
  const { setup, first, given } = trial;
  const { status, lines } = given;
  const all = said(setup, given);
  if (mentions(field(first.lines, 'cache-control'), 'no-store')) return 'no-store of the request';
  if (forbids(all, 'no-store') && !(allows(all, 'must-understand') && !UNKNOWN.includes(status))) return 'no-store';
  if (forbids(all, 'must-understand') && UNKNOWN.includes(status)) return 'must-understand';
  if (forbidsWhole(all, 'private')) return 'private';
  if (
    field(first.lines, 'authorization') !== undefined &&
    !['public', 's-maxage', 'must-revalidate'].some((name) => allows(all, name))
  ) {
    return 'authorization';
  }
  if (fieldLines(lines, 'set-cookie').length > 0 && !qualified(all).includes('set-cookie')) return 'set-cookie';
  return (
    always(trial) ??
    (HEURISTIC.includes(status) || allows(all, 'public') || lifetimeBound(trial, now).isSaid ? undefined : 'status')
  );
}

function safe(trial: Trial): string | undefined {
  const { setup, first, given } = trial;
  const { status, lines } = given;
  const control = field(lines, 'cache-control');
  if (mentions(field(first.lines, 'cache-control'), 'no-store')) return 'no-store of the request';
  for (const directive of ['no-store', 'private', 'no-cache', 'must-understand']) {
    if (mentions(control, directive)) return directive;
  }
  if (fieldLines(lines, 'set-cookie').length > 0) return 'set-cookie';
  if (field(first.lines, 'authorization') !== undefined) return 'authorization';
  if (setup.policy.cookies === undefined && field(first.lines, 'cookie') !== undefined) return 'cookie';
  if (field(lines, 'pragma')?.toLowerCase() === 'no-cache') return 'pragma';
  if (field(lines, 'content-range') !== undefined) return 'content-range';
  if (![200, 203, 204, 300, 301, 302, 303, 307, 308].includes(status)) return 'status';
  const unseen = given.reads.find((name) => ['x-forwarded-host', 'user-agent'].includes(name));
  if (unseen !== undefined && !names(field(lines, 'vary')).includes(unseen)) return 'read';
  return first.method === 'GET' ? always(trial) : 'method';
}

function always({ first, given }: Trial): string | undefined {
  const { status, lines } = given;
  if (names(field(lines, 'vary')).includes('*')) return 'vary';
  if (status < 200 || status === 304) return 'status';
  if (status === 206 && !/^bytes\s+\d+-\d+\/(\d+|\*)$/i.test((field(lines, 'content-range') ?? '').trim()))
    return 'content-range';
  if (first.method === 'GET') return undefined;
  return first.method === 'POST' && isForGet(given) ? undefined : 'method';
}

function isForGet({ status, lines }: Given): boolean {
  return status === 200 && field(lines, 'content-location') !== undefined;
}
