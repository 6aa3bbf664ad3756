import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grants, parseCacheControl, parseSeconds, secondsOf } from '../../src/http/cache-control.ts';
import { anyText } from './support/any-text.ts';

const parsed = (value: string | undefined): Record<string, string | true> =>
  Object.fromEntries(parseCacheControl(value));

const FORBIDDING = ['no-store', 'private', 'no-cache'];

/** Spellings of a forbidding word, well formed and not; `%` stands for the word. */
const SPELLINGS = [
  '%',
  ' % ',
  '\t%\t',
  ',%,',
  '%=',
  '%=1',
  '%="x"',
  '%=""',
  '%="a, b"',
  '% = 1',
  '%;max-age=60',
  '%; max-age=60',
  '%:1',
  '"%"',
  '"%',
  '%"',
  '"%" max-age=60',
  'max-age=60 %',
  'max-age=60;%',
  'max-age=60, %',
  'max-age=60,%',
  'max-age=60,\t%',
  'max-age="60, %',
  'max-age="60\\", %',
  'ext="a", %',
  'ext="a\\"b", %',
  'ext="a, b", %, max-age=60',
  'ext="unclosed, %, max-age=60',
  'public, %',
  '%, public',
  '%, %',
  'max-age=60, ext=a b, %',
  '(%)',
  '<%>',
  '%/1',
  '@%',
];

describe('parsing Cache-Control', () => {
  it('reads names in any case, arguments with and without quotes, and white space around commas', () => {
    expect(parsed('Public ,\tMAX-AGE=60,s-maxage="30" , ext="a, \\"b\\"",,')).toEqual({
      public: true,
      'max-age': '60',
      's-maxage': '30',
      ext: 'a, "b"',
    });
  });

  it.each([undefined, '', ',', ' , ,, '])('finds nothing in %j', (value) => {
    expect(parsed(value)).toEqual({});
  });

  it.each(FORBIDDING.flatMap((word) => SPELLINGS.map((spelling) => [spelling.replaceAll('%', word), word])))(
    'finds in %j the word %s',
    (value, word) => {
      expect(parseCacheControl(value).has(word)).toBe(true);
      expect(parseCacheControl(value.toUpperCase()).has(word)).toBe(true);
    },
  );

  it.each([
    'x-private',
    'private-ish',
    'not-no-store',
    'ext="private"',
    'ext="a, private, b"',
    'ext=private',
    'unprivate; x',
    'nocache',
  ])('finds nothing forbidding in %j', (value) => {
    for (const word of FORBIDDING) expect(parseCacheControl(value).has(word)).toBe(false);
  });

  it.each(['private=""', 'private=" , "', 'private="(x)"', 'private=x(y', 'no-cache="", max-age=60', 'no-cache="a;b"'])(
    'takes %j for the whole response, because it names no fields',
    (value) => {
      expect([...parseCacheControl(value).values()]).toContain(true);
      expect([...parseCacheControl(value).values()]).not.toContain('');
    },
  );

  it.each([
    ['must-understand', true],
    ['must-understand=1', true],
    ['max-age=60; must-understand', false],
    ['"must-understand"', false],
    ['must-understand"', false],
    ['ext="a, must-understand", b="', false],
    ['must-understand, "must-understand"', false],
    ['ext="a, b"', false],
    ['must-understand\u00a0', false],
  ])('of %j takes it that it allows what must-understand does: %s', (value, allowed) => {
    expect(grants(parseCacheControl(value), 'must-understand')).toBe(allowed);
  });

  it('reads nothing out of a string that is closed, even if a later one is not', () => {
    expect(parsed('ext="a, max-age=60, public", x="')).toEqual({ ext: 'a, max-age=60, public' });
    expect(parsed('ext="a, public", x="b, no-store, max-age=5')).toMatchObject({ 'no-store': true, 'max-age': '5' });
    expect(parsed('ma"x-age=60, max-age="60"')).toEqual({ 'max-age': true });
  });

  it('takes the smaller of two numbers, and no argument before any', () => {
    expect(parsed('max-age=60, max-age=30')).toEqual({ 'max-age': '30' });
    expect(parsed('max-age=30, max-age=60')).toEqual({ 'max-age': '30' });
    expect(parsed('max-age=60, max-age=x')).toEqual({ 'max-age': true });
    expect(parsed('max-age, max-age=60')).toEqual({ 'max-age': true });
    expect(parsed('private="x", private')).toEqual({ private: true });
    expect(parsed('private, private="x"')).toEqual({ private: true });
    expect(parsed('ext=a, ext=a')).toEqual({ ext: 'a' });
  });

  it.each([
    ['max-age=60', 60],
    ['max-age="60"', 60],
    ['max-age=060', 60],
    ['max-age=0', 0],
    ['max-age=2147483648', 2 ** 31],
    ['max-age=99999999999999999999', 2 ** 31],
    ['max-age=1e3', 0],
    ['max-age=-1', 0],
    ['max-age=+1', 0],
    ['max-age=1.5', 0],
    ['max-age=0x10', 0],
    ["max-age='60'", 0],
    ['max-age= 60', 0],
    ['max-age =60', 0],
    ['max-age = 60', 0],
    ['max-age=', 0],
    ['max-age', 0],
    ['max-age=60a', 0],
    ['max-age=60;', 0],
    ['max-age=60 60', 0],
    ['max-age="60', 0],
    ['max-age=６０', 0],
    ['max-age=60 s-maxage=90', 0],
    ['s-maxage=60', undefined],
    ['x-max-age=60', undefined],
    ['ext="max-age=60"', undefined],
    ['', undefined],
  ])('reads %j as a max-age of %s seconds', (value, seconds) => {
    expect(secondsOf(parseCacheControl(value), 'max-age')).toBe(seconds);
  });

  it('reads delta-seconds as digits and nothing else', () => {
    expect([parseSeconds('0'), parseSeconds('12'), parseSeconds('9'.repeat(400))]).toEqual([0, 12, 2 ** 31]);
    for (const text of ['', ' 1', '1 ', '-1', '1.0', '١', 'Infinity', 'NaN'])
      expect(parseSeconds(text)).toBeUndefined();
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), anyText, noise), (value) => {
        const directives = parseCacheControl(value);
        const sound = [...directives].every(
          ([name, argument]) =>
            name === name.toLowerCase() &&
            (argument === true || typeof argument === 'string') &&
            (secondsOf(directives, name) ?? -1) >= 0,
        );
        expect(sound).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('finds a forbidding word that stands as an element between any other elements', () => {
    fc.assert(
      fc.property(
        fc.array(element),
        fc.array(element),
        fc.constantFrom(...FORBIDDING),
        argument,
        fc.constantFrom(',', ', ', ' ,', '\t,\t', ',,'),
        (before, after, word, tail, comma) => {
          const mixed = word.replaceAll(/[a-m]/g, (letter) => letter.toUpperCase());
          const value = [...before, mixed + tail, ...after].join(comma);
          expect([value, parseCacheControl(value).has(word)]).toEqual([value, true]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds a forbidding word in whatever is not well formed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FORBIDDING),
        fc.constantFrom(' ', ';', '=', '@', '(', '\\'),
        noise,
        (word, gap, rest) => {
          const part = `${gap}${word}${gap}${rest.replaceAll(/[",]/g, '')}`;
          expect([part, parseCacheControl(part).has(word)]).toEqual([part, true]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never lets another element lengthen a lifetime', () => {
    fc.assert(
      fc.property(fc.array(element), fc.array(element), fc.nat(1000), (before, after, seconds) => {
        const value = [...before, `max-age=${seconds}`, ...after].join(', ');
        expect(secondsOf(parseCacheControl(value), 'max-age')).toBeLessThanOrEqual(seconds);
      }),
      { numRuns: 200 },
    );
  });
});

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~\w-]{1,8}$/);
const quoted = fc
  .array(fc.constantFrom('a', ',', ' ', '=', ';', '\\"', '\\\\', 'private', 'max-age=9'), { maxLength: 6 })
  .map((parts) => `"${parts.join('')}"`);
const argument = fc.oneof(
  fc.constant(''),
  token.map((text) => `=${text}`),
  quoted.map((text) => `=${text}`),
);
/** Any well formed element, empty ones too. */
const element = fc.oneof(
  fc.constant(''),
  fc
    .tuple(fc.oneof(token, fc.constantFrom('public', 'max-age', 'must-revalidate')), argument)
    .map((parts) => parts.join('')),
);
/** The characters that matter to a parser, in any order. */
const noise = fc
  .array(fc.constantFrom('"', ',', '=', '\\', ' ', '\t', ';', 'a', '0', 'private', 'no-store', 'max-age', '1'))
  .map((parts) => parts.join(''));
