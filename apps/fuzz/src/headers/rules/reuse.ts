import { field, fieldLines, type Line, type Seen, type Trial } from '../trial.ts';
import { forbidsWhole, qualified, said } from './directives.ts';
import { leastAge, lifetimeBound, staleBound } from './lifetime.ts';
import { elements, grants, mentions, names } from './reading.ts';

/** What is wrong with the second client getting what was stored for the first. */
export function whyNotReused(trial: Trial, seen: Seen, now: number): string | undefined {
  return (
    differentKey(trial) ??
    personal(trial) ??
    tooOld(trial, seen, now) ??
    wrongFields(trial, seen, now) ??
    wrongPart(trial, seen)
  );
}

function differentKey({ setup, first, second, given }: Trial): string | undefined {
  const [a, b] = [first, second].map(({ lines }) => fieldLines(lines, 'host')[0]?.toLowerCase());
  if (a !== b) return 'another host';
  if (first.url !== second.url) return 'another url';
  if (second.method !== 'GET' && second.method !== 'HEAD') return 'another method';
  const isSafe = setup.policy.mode === 'safe';
  const varied = new Set(names(field(given.lines, 'vary')));
  if (isSafe) for (const name of [...given.reads, ...(setup.policy.headers ?? [])]) varied.add(name.toLowerCase());
  for (const name of ['host', ...(isSafe ? ['cookie', 'authorization'] : [])]) varied.delete(name);
  // A response in the language that the other client likes best may be for it, too.
  if (!isSafe && field(given.lines, 'content-language') !== undefined) varied.delete('accept-language');
  for (const name of varied) {
    if (normal(field(first.lines, name)) !== normal(field(second.lines, name))) return `another ${name}`;
  }
  return undefined;
}

function personal({ setup, first, second }: Trial): string | undefined {
  if (setup.policy.mode !== 'safe') return undefined;
  if (field(second.lines, 'authorization') !== undefined) return 'authorization of the second';
  if (setup.policy.cookies === undefined)
    return field(second.lines, 'cookie') === undefined ? undefined : 'cookie of the second';
  const [a, b] = [first, second].map(({ lines }) =>
    /(?:^|[ \t;])theme=[^;]*/.exec(field(lines, 'cookie') ?? '')?.[0]?.trim(),
  );
  return a === b ? undefined : 'another cookie';
}

function tooOld(trial: Trial, seen: Seen, now: number): string | undefined {
  const { setup, given, second, elapsed } = trial;
  const age = leastAge(trial, now) + elapsed / 1000;
  const late = age - lifetimeBound(trial, now).fresh;
  const all = said(setup, given);
  const isStandard = setup.policy.mode === 'standard';
  const demands = isStandard ? field(second.lines, 'cache-control') : undefined;
  const bound = staleBound(trial);
  if (forbidsWhole(all, 'no-cache')) return 'no-cache';
  const isFailed = seen.ran && seen.cacheStatus.includes('fwd-status=5');
  if (isFailed) return late >= 0 && late > bound.failed ? 'stale after an error' : undefined;
  if (isStandard && grants(demands, 'no-cache')) return 'no-cache of the request';
  const asked = mentions(demands, 'max-stale') ? Infinity : 0;
  const stale = all.every(({ text }) => forbidsStale(text)) ? 0 : Math.max(bound.refreshing, asked);
  return late > stale ? `stale by ${late}` : undefined;
}

function forbidsStale(text: string | undefined): boolean {
  return ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) => mentions(text, name));
}

/** Fields and options of this connection. */
const SENT_ANEW = ['keep-alive', 'close', 'connection'];

const HOP_BY_HOP = ['proxy-authenticate', 'proxy-authentication-info', 'te', 'trailer', 'upgrade', 'transfer-encoding'];

function wrongFields(trial: Trial, seen: Seen, now: number): string | undefined {
  const { setup, given, elapsed } = trial;
  if (fieldLines(seen.lines, 'set-cookie').length > 0) return 'set-cookie';
  const listed = elements(field(given.lines, 'connection')?.toLowerCase()).filter((name) => !SENT_ANEW.includes(name));
  const all = said(setup, given);
  const isWhole = forbidsWhole(all, 'private') || forbidsWhole(all, 'no-cache');
  const secret = all.length === 1 && !isWhole ? qualified(all) : [];
  const wrong = [...HOP_BY_HOP, ...listed, ...secret].find((name) => field(seen.lines, name) !== undefined);
  if (wrong !== undefined) return `field ${wrong}`;
  const [age = '', ...more] = fieldLines(seen.lines, 'age');
  if (more.length > 0 || !/^\d+$/.test(age)) return 'age';
  return Number(age) < Math.floor(leastAge(trial, now) + elapsed / 1000) ? 'age too young' : undefined;
}

/** A stored response is sent whole, in a part, or as 304 or 416, and each only to who asked for it. */
function wrongPart({ second, given }: Trial, seen: Seen): string | undefined {
  const etag = field(given.lines, 'etag') ?? field(seen.lines, 'etag');
  const isHead = second.method === 'HEAD';
  if (seen.status === given.status && given.status !== 206)
    return isHead || seen.body.startsWith(given.body) ? undefined : 'body';
  if (seen.status === 304) return mayBe304(second.lines, etag) ? undefined : '304';
  if (seen.status === 206 || seen.status === 416)
    return mayBePart(second.lines, given.lines, seen) ?? wrongBytes(given.body, given.status, seen);
  return 'status';
}

function mayBe304(asked: readonly Line[], etag: string | undefined): boolean {
  const ifNoneMatch = field(asked, 'if-none-match');
  if (ifNoneMatch === undefined) return field(asked, 'if-modified-since') !== undefined;
  const opaque = etag?.replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || (opaque !== undefined && ifNoneMatch.includes(opaque));
}

function mayBePart(asked: readonly Line[], given: readonly Line[], seen: Seen): string | undefined {
  if (field(asked, 'range') === undefined) return 'a part for who asked for all';
  const ifRange = field(asked, 'if-range')?.trim();
  if (ifRange === undefined) return undefined;
  const etag = field(given, 'etag')?.trim() ?? field(seen.lines, 'etag');
  const isTag = ifRange === etag && ifRange.startsWith('"');
  return isTag || ifRange === field(given, 'last-modified')?.trim() ? undefined : 'if-range';
}

function wrongBytes(body: string, status: number, { status: sent, lines, body: part }: Seen): string | undefined {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(field(lines, 'content-range') ?? '');
  if (match === null) return status === 206 ? undefined : 'content-range';
  if (sent === 416) return part === '' ? undefined : 'body of 416';
  const [first, last] = [Number(match[1]), Number(match[2])];
  if (status !== 206) return part.length === last - first + 1 ? undefined : 'length of the part';
  return body.includes(part) ? undefined : 'bytes of the part';
}

/** Names in any order and case, blanks around them left out. */
function normal(value: string | undefined): string {
  const parts = (value ?? '').toLowerCase().split(',');
  return parts
    .map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ''))
    .sort()
    .join();
}
