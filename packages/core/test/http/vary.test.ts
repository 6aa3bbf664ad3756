import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondaryKey, secondaryValues, trimElements, varyNames } from '../../src/http/vary.ts';

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
