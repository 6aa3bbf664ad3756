import type { Random } from '../random.ts';
import { mutate } from './mutate.ts';
import { SETUPS } from './setups.ts';
import type { Asked, Given, Line, Trial } from './trial.ts';

/** A trial, and how many lines of it were mutated. */
export interface Grown {
  readonly trial: Trial;
  readonly mutated: number;
}

const RESPONSE_DIRECTIVES = [
  ['max-age=60', 'max-age=60', 'max-age=0', 'max-age=120', 's-maxage=60', 's-maxage=0', 'max-age="60"'],
  ['no-store', 'private', 'no-cache', 'public', 'must-revalidate', 'proxy-revalidate', 'must-understand'],
  ['no-cache="set-cookie"', 'private="x-secret"', 'private="set-cookie, x-secret"', 'no-cache=x-secret', 'private=""'],
  ['stale-while-revalidate=20', 'stale-if-error=20', 'immutable', 'ext', 'ext=token', 'ext="a, b"', 'ext="\\"a"'],
].flat();
const REQUEST_DIRECTIVES = [
  'no-cache',
  'no-store',
  'max-age=0',
  'max-age=30',
  'min-fresh=30',
  'max-stale',
  'max-stale=9',
];
const STATUSES = [
  200, 200, 200, 200, 200, 200, 200, 200, 200, 203, 204, 206, 206, 301, 302, 404, 410, 500, 501, 503, 299, 599, 304,
];
const VARIED = ['x-tenant', 'accept', 'accept-language', 'cookie', 'authorization', 'user-agent'];
const READ = ['x-tenant', 'accept', 'accept-language', 'x-forwarded-host', 'user-agent', 'host', 'cookie'];
const ENTITY_TAGS = ['"v1"', '"v1"', 'W/"v1"', '"v,2"', '""'];
const RANGES = ['bytes=0-4', 'bytes=5-', 'bytes=-3', 'bytes=0-0,2-3', 'bytes=90-'];
const BODY = '0123456789';

/** Makes a trial out of real fields, some of them spoilt. */
export function grow(random: Random, { now, id }: { now: number; id: number }): Grown {
  const lines = new Lines(random);
  const setup = random.pick(SETUPS);
  const date = (seconds: number): string => new Date(now + seconds * 1000).toUTCString();
  const modified = date(-random.pick([1, 100, 10_000]));
  const tag = random.pick(ENTITY_TAGS);
  const wish = (asked: Line[]): void => {
    if (random.oneIn(3)) asked.push(lines.line('If-None-Match', random.pick([tag, `"x", ${tag}`, '*', '"x"'])));
    if (random.oneIn(6)) asked.push(lines.line('If-Modified-Since', random.pick([modified, date(0), date(-500)])));
    if (random.oneIn(3)) {
      asked.push(lines.line('Range', random.pick(RANGES)));
      if (random.oneIn(2)) asked.push(lines.line('If-Range', random.pick([tag, modified, '"x"'])));
    }
    if (random.oneIn(5)) asked.push(...lines.list('Cache-Control', REQUEST_DIRECTIVES, 2));
    if (random.oneIn(12)) asked.push(lines.line('Pragma', 'no-cache'));
  };
  const first = client(random, lines, id);
  if (random.oneIn(8)) wish(first.lines);
  const second = random.oneIn(6) ? client(random, lines, id) : again(random, lines, first);
  if (random.oneIn(2)) wish(second.lines);
  if (random.oneIn(20)) first.method = random.pick(['HEAD', 'POST']);
  if (random.oneIn(12)) second.method = 'HEAD';
  const given = answer(random, lines, { url: first.url, tag, modified, date });
  const elapsed = random.pick([0, 0, 0, 0, 1_000, 1_000, 29_000, 59_000, 61_000, 75_000, 95_000, 130_000, 5_000_000]);
  const secondStatus = random.pick([200, 200, 200, 500, 502, 0]);
  return { trial: { setup, first, given, elapsed, second, secondStatus }, mutated: lines.mutated };
}

interface Client extends Asked {
  method: string;
  url: string;
  lines: Line[];
}

function client(random: Random, lines: Lines, id: number): Client {
  const asked: Line[] = [lines.line('Host', random.pick(['a.example', 'a.example', 'b.example:80', '[::1]:8080']), 4)];
  for (const [name, values] of FIELDS_OF_CLIENTS) {
    if (random.oneIn(name === 'Authorization' || name === 'Cookie' ? 20 : 4)) {
      asked.push(lines.line(name, random.pick(values), 4));
    }
  }
  const url = `/${id}${lines.text(random.pick(['/p', '/p', '/p?a=1&b=2', '/p/../q', '/%70', '//p', '/p?', '/é']), 6)}`;
  return { method: 'GET', url, lines: asked };
}

const FIELDS_OF_CLIENTS: readonly [string, readonly string[]][] = [
  ['X-Tenant', ['red', 'blue', 'red, blue']],
  ['Accept', ['text/html, */*;q=0.1', '*/*', 'application/json']],
  ['Accept-Language', ['de', 'de, en;q=0.5', 'en']],
  ['User-Agent', ['one', 'two']],
  ['X-Forwarded-Host', ['evil.example', 'b.example']],
  ['Cookie', ['session=ann', 'theme=dark; session=bob', 'theme=light']],
  ['Authorization', ['Bearer ann', 'Basic Ym9i']],
];

/** The same client, or another one that differs in one field or in its URL. */
function again(random: Random, lines: Lines, first: Client): Client {
  const kept = first.lines.filter(([name]) => !/^(if-|range|cache-control|pragma)/i.test(name));
  if (!random.oneIn(3)) return { ...first, lines: kept };
  if (random.oneIn(3)) return { ...first, lines: kept, url: lines.text(first.url) };
  const changed = random.below(kept.length);
  return { ...first, lines: kept.map((line, index) => (index === changed ? lines.line(line[0], line[1]) : line)) };
}

interface Facts {
  readonly url: string;
  readonly tag: string;
  readonly modified: string;
  readonly date: (seconds: number) => string;
}

function answer(random: Random, lines: Lines, { url, tag, modified, date }: Facts): Given {
  const given: Line[] = [];
  const add = (times: number, line: () => Line): void => {
    if (random.oneIn(times)) given.push(line());
  };
  if (!random.oneIn(5)) given.push(...lines.list('Cache-Control', RESPONSE_DIRECTIVES, 3));
  if (random.oneIn(8)) given.push(...lines.list('CDN-Cache-Control', RESPONSE_DIRECTIVES, 2));
  if (random.oneIn(2)) given.push(...lines.list('Vary', [...VARIED, '*'].slice(0, random.oneIn(8) ? 7 : 4), 2));
  add(3, () => lines.line('ETag', tag));
  add(3, () => lines.line('Last-Modified', modified));
  add(4, () => lines.line('Expires', random.pick([date(60), date(-60), '0', '-1'])));
  add(4, () => lines.line('Date', random.pick([date(0), date(-30), date(30)])));
  add(5, () => lines.line('Age', random.pick(['0', '20', '59', '1000'])));
  add(15, () => lines.line('Pragma', 'no-cache'));
  add(12, () => ['Set-Cookie', 'session=ann']);
  add(8, () => ['X-Secret', 'ann']);
  add(10, () => lines.line('Connection', 'close, X-Secret'));
  add(20, () => ['Proxy-Authenticate', 'Basic']);
  add(10, () => ['Content-Language', 'de']);
  add(12, () => ['Content-Location', url.replace(/[^\x21-\x7e]/g, '')]);
  const status = random.pick(STATUSES);
  if (status === 206 || random.oneIn(40)) given.push(lines.line('Content-Range', 'bytes 0-4/10'));
  const reads = random.oneIn(3) ? [random.pick(READ)] : [];
  const body = status === 204 || status === 304 ? '' : status === 206 ? BODY.slice(0, 5) : BODY;
  return { status, lines: given, body, reads };
}

/** Makes lines and counts those that are not what they were meant to be. */
class Lines {
  mutated = 0;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param seldom spoilt one time in so many */
  text(text: string, seldom: number = 2): string {
    const spoilt = this.#random.oneIn(seldom) ? mutate(text, this.#random) : text;
    if (spoilt !== text) this.mutated += 1;
    return spoilt;
  }

  line(name: string, value: string, seldom?: number): Line {
    return [name, this.text(value, seldom)];
  }

  /** Elements of a list, on one line or on several. */
  list(name: string, elements: readonly string[], most: number): Line[] {
    const count = 1 + this.#random.below(most);
    const chosen = Array.from({ length: count }, () => this.#random.pick(elements));
    if (count === 1 || !this.#random.oneIn(4)) return [this.line(name, chosen.join(', '))];
    return chosen.map((element) => this.line(name, element));
  }
}
