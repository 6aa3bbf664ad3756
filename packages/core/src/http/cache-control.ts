import { trimBlanks } from './headers.ts';

/**
 * The directives of a `Cache-Control` field (RFC 9111, section 5.2), names in lower case. The value is the argument
 * without its quotes, `true` where there is none, and `''` for a directive that could also allow something if it were
 * well formed.
 */
export type CacheControl = ReadonlyMap<string, string | true>;

const DIRECTIVE = /^([!#$%&'*+.^_`|~\w-]+)(?:=("(?:[^"\\]|\\.)*"|[!#$%&'*+.^_`|~\w-]+))?$/;

/** Directives that are about some fields only, if they name them. */
const QUALIFIED = ['private', 'no-cache'];

const NAMES = /^[\s,]*[!#$%&'*+.^_`|~\w-]+(?:[\s,]+[!#$%&'*+.^_`|~\w-]+)*[\s,]*$/;

/** Directives that forbid something or bound a lifetime; found even inside what cannot be parsed. */
const RESTRICTING = [
  'no-store',
  'private',
  'no-cache',
  'must-understand',
  'must-revalidate',
  'proxy-revalidate',
  'max-age',
  's-maxage',
  'stale-while-revalidate',
  'stale-if-error',
];

/** Those of them that also allow something: to store in spite of `no-store`, or what was asked with `Authorization`. */
const ALLOWING_TOO = ['must-understand', 'must-revalidate', 's-maxage'];

const NOTHING: CacheControl = new Map();

/**
 * Parses all lines of a `Cache-Control` field, joined with commas. It fails closed: a directive that is not well
 * formed grants nothing, but a forbidding word inside it still forbids, and a lifetime in it is 0; of a repeated directive
 * with an argument the smaller number counts, as does `true` over any argument.
 */
export function parseCacheControl(value: string | undefined): CacheControl {
  if (value === undefined) return NOTHING;
  const directives = new Map<string, string | true>();
  for (const part of splitOutsideQuotes(value)) {
    const match = DIRECTIVE.exec(part);
    if (match === null) {
      for (const word of restrictingWords(part)) directives.set(word, ALLOWING_TOO.includes(word) ? '' : true);
      continue;
    }
    const name = (match[1] ?? '').toLowerCase();
    directives.set(name, stricter(directives.get(name), qualified(name, argument(match[2]))));
  }
  return directives;
}

/** The argument of a directive; `true` where it should name fields and does not, so that it is about the whole response. */
export function qualified(name: string, value: string | true): string | true {
  return QUALIFIED.includes(name) && value !== true && !NAMES.test(value) ? true : value;
}

/** Whether a directive is there and well formed, so that what it allows is allowed. */
export function grants(directives: CacheControl, name: string): boolean {
  const value = directives.get(name);
  return value !== undefined && value !== '';
}

/**
 * The number of seconds in a directive such as `max-age`. `undefined` if the directive is absent; 0, which is "stale",
 * if its argument is not a number (RFC 9111, section 4.2.1).
 */
export function secondsOf(directives: CacheControl, name: string): number | undefined {
  const text = directives.get(name);
  if (text === undefined) return undefined;
  return parseSeconds(text === true ? '' : text) ?? 0;
}

/** Delta-seconds (RFC 9111, section 1.2.2): digits only, at most 2^31. */
export function parseSeconds(text: string): number | undefined {
  return /^\d+$/.test(text) ? Math.min(Number(text), 2 ** 31) : undefined;
}

function splitOutsideQuotes(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quote = -1;
  for (let i = 0; i < value.length; i += 1) {
    if (quote !== -1 && value[i] === '\\') i += 1;
    else if (value[i] === '"') quote = quote === -1 ? i : -1;
    else if (value[i] === ',' && quote === -1) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  const rest = value.slice(start);
  // A quote that never closes would swallow the directives after it.
  const end = quote === -1 ? -1 : rest.indexOf(',', quote - start);
  if (end === -1) parts.push(rest);
  else parts.push(rest.slice(0, end), ...rest.slice(end + 1).split(','));
  return parts.map(trimBlanks).filter((part) => part !== '');
}

function restrictingWords(part: string): string[] {
  const words = part.toLowerCase().split(/[^a-z-]+/);
  return RESTRICTING.filter((word) => words.includes(word));
}

function argument(text: string | undefined): string | true {
  if (text === undefined) return true;
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

function stricter(before: string | true | undefined, now: string | true): string | true {
  if (before === undefined || before === now) return now;
  if (before === true || now === true) return true;
  const [a, b] = [parseSeconds(before), parseSeconds(now)];
  return a === undefined || b === undefined ? true : String(Math.min(a, b));
}
