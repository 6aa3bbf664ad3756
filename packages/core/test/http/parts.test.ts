import { describe, expect, it } from 'vitest';
import { joinParts, partOf, partsFit } from '../../src/http/parts.ts';
import { storedPart, text } from './support/stored.ts';

const range = (value: string): string[] => ['ETag', '"v1"', 'Content-Range', value];

describe('two parts', () => {
  it.each<[string, string[], boolean]>([
    ['the one after', range('bytes 5-9/10'), true],
    ['one that lies behind a gap', range('bytes 6-9/10'), false],
    ['one that overlaps', range('bytes 4-9/10'), false],
    ['another length of the whole', range('bytes 5-9/11'), false],
    ['an unknown length of the whole', range('bytes 5-9/*'), false],
    ['no range', ['ETag', '"v1"'], false],
    ['another entity tag', ['ETag', '"v2"', 'Content-Range', 'bytes 5-9/10'], false],
    ['a weak entity tag', ['ETag', 'W/"v1"', 'Content-Range', 'bytes 5-9/10'], false],
    ['no entity tag', ['Content-Range', 'bytes 5-9/10'], false],
  ])('fit if the second is %s', (_what, headers, fits) => {
    const first = storedPart(0, 4);
    const second = { headers, part: partOf(headers) };
    expect(partsFit(first, second)).toBe(fits);
    expect(partsFit(second, first)).toBe(fits);
  });

  it('do not fit because neither has an entity tag, or both the same weak one', () => {
    for (const etag of [[], ['ETag', 'W/"v1"']]) {
      const headers = (value: string) => [...etag, 'Content-Range', value];
      const first = storedPart(0, 4, { headers: headers('bytes 0-4/10') });
      expect(partsFit(first, storedPart(5, 9, { headers: headers('bytes 5-9/10') }))).toBe(false);
    }
  });

  it('become the whole, with the fields of the newer, whichever came first', () => {
    for (const [older, newer] of [
      [storedPart(0, 4), storedPart(5, 9)],
      [storedPart(5, 9), storedPart(0, 4)],
    ] as const) {
      const headers = [...newer.headers, 'X-New', '1'];
      const joined = joinParts(older, { ...newer, headers, rangeAsked: 'bytes=5-' });
      expect(joined).toMatchObject({ status: 200, part: undefined, rangeAsked: undefined });
      expect(joined?.headers).toEqual(['ETag', '"v1"', 'X-New', '1']);
      expect(text(joined?.body)).toBe('0123456789');
    }
  });

  it('become a longer part where some is still missing', () => {
    const joined = joinParts(storedPart(4, 6), storedPart(2, 3));
    expect(joined).toMatchObject({ status: 206, part: { first: 2, last: 6, total: 10 }, rangeAsked: undefined });
    expect(joined?.headers).toEqual(['ETag', '"v1"', 'Content-Range', 'bytes 2-6/10']);
    expect(text(joined?.body)).toBe('23456');
  });

  it('become nothing if a body is not as long as its part, or if one is no part', () => {
    expect(joinParts(storedPart(0, 4, { body: '0123' }), storedPart(5, 9))).toBeUndefined();
    expect(joinParts(storedPart(0, 4), storedPart(5, 9, { body: '5678' }))).toBeUndefined();
    expect(joinParts(storedPart(0, 4, { part: undefined }), storedPart(5, 9))).toBeUndefined();
    expect(joinParts(storedPart(0, 4), storedPart(5, 9, { part: undefined }))).toBeUndefined();
    expect(joinParts(storedPart(0, 4), storedPart(6, 9))).toBeUndefined();
  });
});
