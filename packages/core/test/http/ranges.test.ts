import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contentRange,
  missingRange,
  parseContentRange,
  parseRange,
  type PartialContent,
  rangeOfPart,
  rangeWithin,
} from '../../src/http/ranges.ts';

const within = (field: string, total: number): string | undefined => {
  const range = parseRange(field);
  const bytes = range === undefined ? undefined : rangeWithin(range, total);
  return bytes === undefined ? undefined : contentRange(bytes, total);
};

describe('a Range', () => {
  it.each([
    ['bytes=0-4', { kind: 'from', first: 0, last: 4 }],
    ['bytes=4-', { kind: 'from', first: 4, last: undefined }],
    ['bytes=-4', { kind: 'suffix', length: 4 }],
    ['bytes=-0', { kind: 'suffix', length: 0 }],
    ['BYTES=0-0', { kind: 'from', first: 0, last: 0 }],
    [' bytes=00-04 ', { kind: 'from', first: 0, last: 4 }],
  ])('%j is understood', (field, range) => {
    expect(parseRange(field)).toEqual(range);
  });

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=4-0',
    'bytes=a-b',
    'bytes=0-4,6-8',
    'bytes=0-4,',
    'bytes=--4',
    'bytes=0--4',
    'bytes=0-4-',
    'bytes=+0-4',
    'bytes=0.5-4',
    'bytes=0-9999999999999999',
    'items=0-4',
    'bytes 0-4',
    'bytes=0 - 4',
    '０-４',
  ])('%j is ignored', (field) => {
    expect(parseRange(field)).toBeUndefined();
  });

  it.each([
    ['bytes=0-4', 10, 'bytes 0-4/10'],
    ['bytes=0-99', 10, 'bytes 0-9/10'],
    ['bytes=9-', 10, 'bytes 9-9/10'],
    ['bytes=10-', 10, undefined],
    ['bytes=10-12', 10, undefined],
    ['bytes=-3', 10, 'bytes 7-9/10'],
    ['bytes=-99', 10, 'bytes 0-9/10'],
    ['bytes=-0', 10, undefined],
    ['bytes=0-', 0, undefined],
    ['bytes=-1', 0, undefined],
  ])('%j of %i bytes is %j', (field, total, expected) => {
    expect(within(field, total)).toBe(expected);
  });

  it('is exactly the bytes of the representation that it names', () => {
    const number = fc.option(fc.nat({ max: 30 }));
    fc.assert(
      fc.property(number, number, fc.nat({ max: 30 }), (first, last, total) => {
        const range = parseRange(`bytes=${first ?? ''}-${last ?? ''}`);
        const bytes = range === undefined ? undefined : rangeWithin(range, total);
        const all = Array.from({ length: total }, (_, index) => index);
        const from = first ?? total - (last ?? 0);
        const to = first === null ? total : (last ?? total);
        const named = to < from ? [] : all.filter((index) => index >= from && index <= to);
        expect(bytes === undefined ? [] : all.slice(bytes.first, bytes.last + 1)).toEqual(named);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a Content-Range', () => {
  it.each<[string, PartialContent]>([
    ['bytes 0-4/10', { first: 0, last: 4, total: 10 }],
    ['Bytes  9-9/10 ', { first: 9, last: 9, total: 10 }],
    ['bytes 0-4/*', { first: 0, last: 4, total: undefined }],
  ])('%j is understood', (field, part) => {
    expect(parseContentRange(field)).toEqual(part);
  });

  it.each([
    undefined,
    '',
    'bytes */10',
    'bytes 4-0/10',
    'bytes 0-10/10',
    'bytes 0-4',
    'bytes=0-4/10',
    'x 0-4/10',
    'bytes 0-4/x',
  ])('%j is not', (field) => {
    expect(parseContentRange(field)).toBeUndefined();
  });

  it('comes back as it was written', () => {
    const range = fc.tuple(fc.nat(), fc.nat(), fc.option(fc.nat())).map(([first, more, rest]) => ({
      first,
      last: first + more,
      total: rest === null ? undefined : first + more + 1 + rest,
    }));
    fc.assert(
      fc.property(range, (part) => {
        expect(parseContentRange(contentRange(part, part.total))).toEqual(part);
      }),
    );
  });
});

describe('a stored part', () => {
  const MIDDLE = { first: 2, last: 6, total: 10 };
  const END = { first: 4, last: 9, total: 10 };
  const UNKNOWN = { first: 2, last: 6, total: undefined };

  it.each<[string, PartialContent, string | undefined]>([
    ['bytes=2-6', MIDDLE, '2-6'],
    ['bytes=3-4', MIDDLE, '3-4'],
    ['bytes=1-4', MIDDLE, undefined],
    ['bytes=3-7', MIDDLE, undefined],
    ['bytes=3-', MIDDLE, undefined],
    ['bytes=-4', MIDDLE, undefined],
    ['bytes=0-99', MIDDLE, undefined],
    ['bytes=6-', END, '6-9'],
    ['bytes=6-99', END, '6-9'],
    ['bytes=-2', END, '8-9'],
    ['bytes=-6', END, '4-9'],
    ['bytes=-7', END, undefined],
    ['bytes=10-', END, undefined],
    ['bytes=3-4', UNKNOWN, '3-4'],
    ['bytes=3-', UNKNOWN, undefined],
    ['bytes=-1', UNKNOWN, undefined],
  ])('answers %j from %j with %j', (field, part, expected) => {
    const range = parseRange(field);
    const bytes = range === undefined ? undefined : rangeOfPart(range, part);
    expect(bytes === undefined ? undefined : `${bytes.first}-${bytes.last}`).toBe(expected);
  });

  it.each<[PartialContent, string | undefined]>([
    [{ first: 0, last: 4, total: 10 }, 'bytes=5-'],
    [{ first: 5, last: 9, total: 10 }, 'bytes=0-4'],
    [{ first: 2, last: 6, total: 10 }, undefined],
    [{ first: 0, last: 4, total: undefined }, undefined],
  ])('%j is completed by %j', (part, range) => {
    expect(missingRange(part)).toBe(range);
  });
});
