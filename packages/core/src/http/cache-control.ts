/**
 * The directives of a `Cache-Control` field (RFC 9111, section 5.2), names in lower case. The value is the argument
 * without its quotes, or `true` where there is none.
 */
export type CacheControl = ReadonlyMap<string, string | true>;

const DIRECTIVE = /^([!#$%&'*+.^_`|~\w-]+)(?:=("(?:[^"\\]|\\.)*"|[^\s",;=]+))?$/;

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
];

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
      for (const word of restrictingWords(part)) directives.set(word, true);
      continue;
    }
    const name = (match[1] ?? '').toLowerCase();
    directives.set(name, stricter(directives.get(name), argument(match[2])));
  }
  return directives;
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
  let quoted = false;
  for (let i = 0; i < value.length; i += 1) {
    if (quoted && value[i] === '\\') i += 1;
    else if (value[i] === '"') quoted = !quoted;
    else if (value[i] === ',' && !quoted) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(value.slice(start));
  // A quote that never closes would swallow the directives after it.
  const split = quoted ? value.split(',') : parts;
  return split.map((part) => part.trim()).filter((part) => part !== '');
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
