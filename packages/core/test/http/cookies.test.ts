import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleCookies } from '../../src/http/cookies.ts';
import { anyText } from './support/any-text.ts';

describe('visible cookies', () => {
  it.each<[string | undefined, string[], string | undefined]>([
    [undefined, ['a'], undefined],
    ['', ['a'], undefined],
    ['a=1', [], undefined],
    ['a=1; b=2; c=3', ['a', 'c'], 'a=1; c=3'],
    ['c=3;a=1', ['a', 'c'], 'c=3; a=1'],
    ['a=1; a=2', ['a'], 'a=1; a=2'],
    ['  a = 1 ;b=2', ['a'], 'a = 1'],
    ['a', ['a'], 'a'],
    ['a=', ['a'], 'a='],
    ['a=b=c', ['a'], 'a=b=c'],
    ['aa=1; xa=2', ['a'], undefined],
    ['A=1', ['a'], undefined],
    ['b=a=1', ['a'], undefined],
    ['b="x; a=1"', ['a'], 'a=1"'],
    ['=a; ;;', ['a'], undefined],
  ])('of %j under %j are %j', (field, names, visible) => {
    expect(visibleCookies(field, names)).toBe(visible);
  });

  it('consist of named cookies only, and of all of them', () => {
    const name = fc.constantFrom('a', 'b', 'session', 'A', '');
    const pair = fc.tuple(name, fc.constantFrom('1', '', 'x=y', '"q"', 'é')).map((parts) => parts.join('='));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const visible = visibleCookies(pairs.join('; '), ['a', 'b']);
        expect(visible?.split('; ') ?? []).toEqual(pairs.filter((one) => /^[ab]=/.test(one)));
      }),
    );
  });

  it('survive any text', () => {
    fc.assert(
      fc.property(anyText, (field) => {
        expect(visibleCookies(field, ['a']) ?? '').not.toMatch(/(^|; )b=/);
      }),
    );
  });
});
