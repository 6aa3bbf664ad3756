import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Variant } from '../../src/http/records.ts';
import {
  secondaryKey,
  secondaryValues,
  selectVariant,
  trimElements,
  varyNames,
  withVariant,
} from '../../src/http/vary.ts';

describe('the names in Vary', () => {
  it.each<[string[], readonly string[] | '*']>([
    [[], []],
    [['Vary', ''], []],
    [['Vary', 'Accept'], ['accept']],
    [
      ['Vary', 'Origin, accept ,, ORIGIN'],
      ['accept', 'origin'],
    ],
    [
      ['Vary', 'B', 'vary', 'A'],
      ['a', 'b'],
    ],
    [['Vary', '*'], '*'],
    [['Vary', 'accept, *'], '*'],
    [['Vary', 'accept', 'VARY', ' * '], '*'],
    [['Vary', 'accept; accept-language'], '*'],
    [['Vary', 'accept accept-language'], '*'],
    [['Vary', '"accept"'], '*'],
    [['Vary', 'accept, *"'], '*'],
    [['Vary', '*x'], ['*x']],
  ])('of %j are %j', (headers, names) => {
    expect(varyNames(headers)).toEqual(names);
  });
});

describe('the secondary key', () => {
  const keyOf = (names: readonly string[], fields: Record<string, string | undefined>): string =>
    secondaryKey(
      names,
      secondaryValues(
        names,
        (name) => fields[name],
        (_name, value) => trimElements(value),
      ),
    );

  it('tells a missing field from an empty one', () => {
    expect(keyOf(['a'], {})).not.toBe(keyOf(['a'], { a: '' }));
  });

  it('does not count blanks and tabs around the elements of a list', () => {
    for (const same of ['de,en', 'de, en', ' de ,\ten ', 'de ,en']) {
      expect(keyOf(['a'], { a: same })).toBe(keyOf(['a'], { a: 'de,en' }));
    }
    for (const other of ['d e,en', 'de,,en', 'en,de', 'de;en', 'De,en', 'de\u00a0,en', 'de,en,']) {
      expect(keyOf(['a'], { a: other })).not.toBe(keyOf(['a'], { a: 'de,en' }));
    }
  });

  it('takes no longer than the field is long', () => {
    const blanks = ' '.repeat(100_000);
    expect(keyOf(['a'], { a: `x${blanks}y` })).toContain(`x${blanks}y`);
    expect(keyOf(['a'], { a: `${blanks},${blanks}` })).toBe(keyOf(['a'], { a: ',' }));
  });

  it('is the same for two requests only if they agree in each field', () => {
    const value = fc.option(
      fc
        .array(fc.constantFrom('a', '"', ',', '\\', ']', '[', 'null', ':', '{', 'é', '\u00a0'))
        .map((parts) => parts.join('')),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 4 }), (pairs) => {
        const names = pairs.map((_, index) => `f${index}`);
        const request = (side: 0 | 1) => Object.fromEntries(pairs.map((pair, index) => [`f${index}`, pair[side]]));
        const equal = pairs.every(([left, right]) => left === right);
        expect(keyOf(names, request(0)) === keyOf(names, request(1))).toBe(equal);
      }),
      { numRuns: 200 },
    );
  });

  it('differs for other names with the same values', () => {
    expect(keyOf(['a'], { a: 'x' })).not.toBe(keyOf(['b'], { b: 'x' }));
    expect(keyOf(['a', 'b'], {})).not.toBe(keyOf(['a'], {}));
    expect(keyOf(['a', 'b'], { a: '1","2' })).not.toBe(keyOf(['a', 'b'], { a: '1', b: '2' }));
  });
});

describe('the variants of a URL', () => {
  const variant = (value: string | null, language?: string) => ({ values: [value], language });

  it('are the newest, each once, as many as there may be', () => {
    const before = [variant('b'), variant('a'), variant(null)];
    expect(withVariant(before, variant('c'), 3)).toEqual({
      kept: [variant('c'), variant('b'), variant('a')],
      dropped: [variant(null)],
    });
    expect(withVariant(before, variant('a', 'de'), 3)).toEqual({
      kept: [variant('a', 'de'), variant('b'), variant(null)],
      dropped: [],
    });
    expect(withVariant(before, variant(''), 9).kept).toHaveLength(4);
    expect(withVariant(before, { values: ['a', 'b'], language: undefined }, 9).kept).toHaveLength(4);
  });

  it('are never more than allowed, and what is stored last is among them', () => {
    const value = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.integer({ min: 1, max: 4 }), (values, max) => {
        let variants: readonly Variant[] = [];
        for (const one of values) variants = withVariant(variants, variant(one), max).kept;
        expect(variants.length).toBe(Math.min(new Set(values).size, max));
        expect(variants[0]?.values).toEqual([values.at(-1)]);
      }),
    );
  });

  const NAMES = ['accept-language', 'x-a'];
  const select = (language: string | null, other = '1') =>
    selectVariant(
      {
        kind: 'variants',
        names: NAMES,
        variants: [
          { values: ['de;q=0.1', '1'], language: 'de' },
          { values: ['en', '1'], language: 'en' },
          { values: ['fr', '1'], language: 'fr, en' },
        ],
      },
      [language, other],
    )[0];

  it.each([
    ['de', 'de;q=0.1'],
    ['DE', 'de;q=0.1'],
    ['de, fr;q=0.5', 'de;q=0.1'],
    ['fr;q=0.5, de;q=0.7, *;q=0.1', 'de;q=0.1'],
    ['de ; q=1', 'de;q=0.1'],
  ])('are chosen by the language that %j likes best', (language, value) => {
    expect(select(language)).toBe(value);
  });

  it.each([
    ['en', 'the very same values come first'],
    ['de, en', 'two are liked the same'],
    ['fr', 'a page in two languages is in none'],
    ['*', 'any is none'],
    ['de;q=0', 'that one is not wanted'],
    ['de;q=x', 'the weight cannot be read'],
    ['de-AT', 'a region is another language'],
    ['', 'nothing is liked'],
  ])('are not chosen by language for %j: %s', (language) => {
    expect(select(language)).toBe(language);
  });

  it('are not chosen by language where another field differs, or where that is none of the fields', () => {
    expect(select('de', '2')).toBe('de');
    expect(select(null)).toBeNull();
    const index = { kind: 'variants' as const, names: ['x-a'], variants: [{ values: ['1'], language: 'de' }] };
    expect(selectVariant(index, ['de'])).toEqual(['de']);
  });
});
