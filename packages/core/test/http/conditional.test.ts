import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNotModified, leftOutOf304 } from '../../src/http/conditional.ts';
import { anyText } from './support/any-text.ts';

const EARLIER = 'Wed, 31 Dec 2025 00:00:00 GMT';
const LATER = 'Thu, 01 Jan 2026 00:00:00 GMT';

const matches = (ifNoneMatch: string | undefined, etag: string | undefined, ifModifiedSince?: string): boolean =>
  isNotModified({ ifNoneMatch, ifModifiedSince }, etag === undefined ? [] : ['ETag', etag]);

describe('If-None-Match', () => {
  it.each([
    ['"a"', '"a"'],
    ['W/"a"', '"a"'],
    ['"a"', 'W/"a"'],
    ['W/"a"', 'W/"a"'],
    ['"x", "a"', '"a"'],
    ['"x","a","y"', '"a"'],
    [' W/"x" ,\tW/"a" ', '"a"'],
    ['"a,b"', '"a,b"'],
    ['"x", "a, b", "y"'.replace(' b', 'b'), '"a,b"'],
    ['""', '""'],
    ['"ä"', '"ä"'],
    ['*', '"a"'],
    [' * ', 'W/"a"'],
    ['a', 'a'],
  ])('%j matches the tag %j', (condition, etag) => {
    expect(matches(condition, etag)).toBe(true);
  });

  it.each([
    ['"b"', '"a"'],
    ['"A"', '"a"'],
    ['"a', '"a"'],
    ['a"', '"a"'],
    ['a', '"a"'],
    ['w/"b"', '"a"'],
    ['"ab"', '"a"'],
    ['', '"a"'],
    ['""', '"a"'],
    ['"a"', 'a'],
    ['"*"', '"a"'],
    ['*, "b"', '"a"'],
    ['"x,a"', '"a"'],
  ])('%j does not match the tag %j', (condition, etag) => {
    expect(matches(condition, etag)).toBe(false);
  });

  it('matches what has no tag with a star only, which is for any response', () => {
    expect(matches('"a"', undefined)).toBe(false);
    expect(matches('', undefined)).toBe(false);
    expect(matches('*, "a"', undefined)).toBe(false);
    expect(matches('*', undefined)).toBe(true);
    expect(matches(' * ', undefined)).toBe(true);
  });

  it('decides alone where both conditions are there', () => {
    const headers = ['ETag', '"a"', 'Last-Modified', EARLIER];
    expect(isNotModified({ ifNoneMatch: '"b"', ifModifiedSince: LATER }, headers)).toBe(false);
    expect(isNotModified({ ifNoneMatch: '"a"', ifModifiedSince: 'never' }, headers)).toBe(true);
  });

  it('finds a tag in any list that contains it, and in none that does not', () => {
    const tag = fc.stringMatching(/^(W\/)?"[!#-~]{0,6}"$/);
    const opaque = (text: string): string => text.replace(/^W\//, '');
    fc.assert(
      fc.property(fc.array(tag), tag, fc.constantFrom(',', ', ', ' , '), (list, etag, comma) => {
        const contained = list.some((other) => opaque(other) === opaque(etag));
        expect(matches(list.join(comma), etag)).toBe(contained);
        expect(matches([...list, etag].join(comma), etag)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(anyText, fc.string(), (condition, etag) => {
        expect(typeof matches(condition, etag, condition)).toBe('boolean');
      }),
    );
  });
});

describe('If-Modified-Since', () => {
  it.each<[string, string[], boolean]>([
    [LATER, ['Last-Modified', EARLIER], true],
    [EARLIER, ['Last-Modified', EARLIER], true],
    [EARLIER, ['Last-Modified', LATER], false],
    ['yesterday', ['Last-Modified', EARLIER], false],
    [LATER, ['Last-Modified', 'yesterday'], false],
    [LATER, [], false],
    [LATER, ['Date', EARLIER], false],
  ])('%j against %j is %s', (ifModifiedSince, headers, expected) => {
    expect(isNotModified({ ifNoneMatch: undefined, ifModifiedSince }, headers)).toBe(expected);
  });

  it('is not asked where there is no condition', () => {
    expect(isNotModified({ ifNoneMatch: undefined, ifModifiedSince: undefined }, ['ETag', '"a"'])).toBe(false);
  });
});

describe('a 304', () => {
  it('leaves out what describes a body, and Last-Modified only beside an ETag', () => {
    expect(leftOutOf304(['ETag', '"a"']).has('last-modified')).toBe(true);
    expect(leftOutOf304(['Last-Modified', EARLIER]).has('last-modified')).toBe(false);
    for (const name of ['content-length', 'content-type', 'content-encoding', 'content-language', 'content-range']) {
      expect(leftOutOf304([]).has(name)).toBe(true);
    }
    for (const name of ['cache-control', 'content-location', 'date', 'etag', 'expires', 'vary']) {
      expect(leftOutOf304(['ETag', '"a"']).has(name)).toBe(false);
    }
  });
});
