import { describe, expect, it } from 'vitest';
import { NO_CONDITIONS } from '../../src/http/conditional.ts';
import { headDescribes, isAbout, mergedFields, validatorsOf } from '../../src/http/validation.ts';
import { at } from './support/rules.ts';
import { stored } from './support/stored.ts';

describe('a handler is asked about a stored response', () => {
  it('by its entity tag as it stands and its date of change', () => {
    expect(validatorsOf(stored({ headers: ['ETag', 'W/"a"', 'Last-Modified', at(-9)] }))).toEqual({
      ifNoneMatch: 'W/"a"',
      ifModifiedSince: at(-9),
    });
    expect(validatorsOf(stored({ headers: ['Last-Modified', at(-9)] }))).toEqual({
      ifNoneMatch: undefined,
      ifModifiedSince: at(-9),
    });
  });

  it('not without a validator, nor by an entity tag that it does not know', () => {
    expect(validatorsOf(stored())).toEqual(NO_CONDITIONS);
    expect(validatorsOf(stored({ headers: ['ETag', '"a"'], madeEntityTag: true }))).toEqual(NO_CONDITIONS);
    const headers = ['ETag', '"a"', 'Last-Modified', at(-9)];
    expect(validatorsOf(stored({ headers, madeEntityTag: true })).ifNoneMatch).toBeUndefined();
  });
});

describe('the fields after a 304', () => {
  const STORED = ['Content-Type', 'text/plain', 'X-A', '1', 'X-A', '2', 'X-B', '3', 'Content-Length', '10'];

  it('are those of the 304, and those of the stored response that it does not have', () => {
    expect(mergedFields(STORED, ['x-a', '4', 'X-C', '5'])).toEqual([
      'Content-Type',
      'text/plain',
      'X-B',
      '3',
      'Content-Length',
      '10',
      'x-a',
      '4',
      'X-C',
      '5',
    ]);
    expect(mergedFields(STORED, [])).toEqual(STORED);
    expect(mergedFields([], ['Set-Cookie', 'a', 'Set-Cookie', 'b'])).toEqual(['Set-Cookie', 'a', 'Set-Cookie', 'b']);
  });

  it.each(['Content-Encoding', 'Content-Length', 'Content-Range', 'Content-Type', 'Transfer-Encoding'])(
    'do not say %s of a body that did not come',
    (name) => {
      expect(mergedFields(STORED, [name, 'x'])).toEqual(STORED);
    },
  );

  it('do not have what ends with the connection', () => {
    expect(mergedFields(STORED, ['Connection', 'X-B', 'X-B', '9', 'Keep-Alive', '1', 'TE', 'x'])).toEqual(STORED);
  });
});

describe('a 304 is about a stored response', () => {
  it.each<[string[], string[], boolean]>([
    [['ETag', '"a"'], ['ETag', '"a"'], true],
    [['ETag', 'W/"a"'], ['ETag', '"a"'], true],
    [['ETag', '"a"'], ['ETag', 'W/"a"'], true],
    [['ETag', '"a"'], ['ETag', '"b"'], false],
    [['ETag', '"a"'], [], true],
    [[], ['ETag', '"a"'], true],
    [[], [], true],
  ])('%j by %j: %s', (ours, theirs, expected) => {
    expect(isAbout(ours, theirs)).toBe(expected);
  });
});

describe('an answer to HEAD describes a stored response of ten bytes', () => {
  const STORED = ['ETag', '"a"', 'Last-Modified', at(-9)];

  it.each<[string[], boolean]>([
    [[], true],
    [STORED, true],
    [['Content-Length', '10'], true],
    [['Content-Length', '9'], false],
    [['Content-Length', 'ten'], false],
    [['ETag', '"b"'], false],
    [['ETag', 'W/"a"'], false],
    [['Last-Modified', at(-8)], false],
    [['ETag', '"a"', 'Last-Modified', at(-8)], false],
    [['X-A', '1'], true],
  ])('with %j: %s', (headers, expected) => {
    expect(headDescribes(STORED, headers, 10)).toBe(expected);
  });

  it('not by a validator that the stored one does not have', () => {
    expect(headDescribes([], ['ETag', '"a"'], 10)).toBe(false);
  });
});
