import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerOf } from '../../src/http/headers.ts';
import type { StoredResponse } from '../../src/http/records.ts';
import { answersRange, representationFor } from '../../src/http/representation.ts';
import { request } from './support/engine.ts';
import { at } from './support/rules.ts';
import { stored, storedPart, text } from './support/stored.ts';

const FIELDS = ['Content-Type', 'text/plain', 'ETag', '"v1"', 'Last-Modified', at(-120), 'Date', at(0), 'X-A', '1'];
const PAGE = stored({ headers: FIELDS });

/** Status, body and Content-Range of what is sent. */
function sent(fields: Record<string, string>, response: StoredResponse = PAGE, method = 'GET'): unknown[] {
  const { status, headers, body } = representationFor(request(fields, { method }), response);
  const range = headerOf(headers, 'content-range');
  return range === undefined ? [status, text(body)] : [status, text(body), range];
}

const WHOLE = [200, '0123456789'];

describe('of a whole stored response goes out', () => {
  it.each<[Record<string, string>, unknown[]]>([
    [{}, WHOLE],
    [{ range: 'bytes=2-4' }, [206, '234', 'bytes 2-4/10']],
    [{ range: 'bytes=2-' }, [206, '23456789', 'bytes 2-9/10']],
    [{ range: 'bytes=-2' }, [206, '89', 'bytes 8-9/10']],
    [{ range: 'bytes=0-99' }, [206, '0123456789', 'bytes 0-9/10']],
    [{ range: 'bytes=10-' }, [416, '', 'bytes */10']],
    [{ range: 'bytes=-0' }, [416, '', 'bytes */10']],
    [{ range: 'bytes=0-1, 3-4' }, WHOLE],
    [{ range: 'lines=0-1' }, WHOLE],
    [{ 'if-none-match': '"v1"' }, [304, undefined]],
    [{ 'if-none-match': 'W/"v1"' }, [304, undefined]],
    [{ 'if-none-match': '*' }, [304, undefined]],
    [{ 'if-none-match': '"v2"' }, WHOLE],
    [{ 'if-modified-since': at(-120) }, [304, undefined]],
    [{ 'if-modified-since': at(-121) }, WHOLE],
    [{ 'if-none-match': '"v2"', 'if-modified-since': at(0) }, WHOLE],
    [{ 'if-none-match': '"v1"', range: 'bytes=2-4' }, [304, undefined]],
    [{ 'if-none-match': '"v2"', range: 'bytes=2-4' }, [206, '234', 'bytes 2-4/10']],
    [{ 'if-range': '"v1"', range: 'bytes=2-4' }, [206, '234', 'bytes 2-4/10']],
    [{ 'if-range': '"v2"', range: 'bytes=2-4' }, WHOLE],
    [{ 'if-range': 'W/"v1"', range: 'bytes=2-4' }, WHOLE],
    [{ 'if-range': 'v1', range: 'bytes=2-4' }, WHOLE],
    [{ 'if-range': at(-120), range: 'bytes=2-4' }, [206, '234', 'bytes 2-4/10']],
    [{ 'if-range': at(-119), range: 'bytes=2-4' }, WHOLE],
    [{ 'if-range': at(0), range: 'bytes=2-4' }, WHOLE],
    [{ 'if-range': '"v2"', range: 'bytes=10-' }, WHOLE],
    [{ 'if-range': '"v1"' }, WHOLE],
  ])('for %j %j', (fields, expected) => {
    expect(sent(fields)).toEqual(expected);
  });

  it('all of it for HEAD, whose ranges mean nothing', () => {
    expect(sent({ range: 'bytes=2-4' }, PAGE, 'HEAD')).toEqual(WHOLE);
    expect(sent({ 'if-none-match': '"v1"' }, PAGE, 'HEAD')).toEqual([304, undefined]);
  });

  it('no part for a weak entity tag, although it is the same', () => {
    const weak = stored({ headers: ['ETag', 'W/"v1"'] });
    expect(sent({ 'if-range': 'W/"v1"', range: 'bytes=2-4' }, weak)).toEqual(WHOLE);
    expect(sent({ range: 'bytes=2-4' }, weak)).toEqual([206, '234', 'bytes 2-4/10']);
  });

  it('no part for a date that was younger than a minute, or if it is not known how old it was', () => {
    const changed = (headers: string[]) => stored({ headers: ['Last-Modified', at(-59), ...headers] });
    const fields = { 'if-range': at(-59), range: 'bytes=2-4' };
    expect(sent(fields, changed(['Date', at(0)]))).toEqual(WHOLE);
    expect(sent(fields, changed([]))).toEqual(WHOLE);
    expect(sent(fields, changed(['Date', at(1)]))).toEqual([206, '234', 'bytes 2-4/10']);
  });

  it('as it is if it is neither 200 nor 206, whatever is asked of it', () => {
    const fields = { range: 'bytes=2-4', 'if-none-match': '"v1"' };
    for (const status of [203, 301, 404, 500]) {
      expect(sent(fields, stored({ status, headers: FIELDS }))).toEqual([status, '0123456789']);
    }
    expect(sent({}, stored({ status: 204, body: '' }))).toEqual([204, undefined]);
  });

  it('with the fields that belong to what is sent', () => {
    const digests = ['Content-Digest', 'sha-256=:x:', 'Content-MD5', 'x', 'Content-Encoding', 'gzip'];
    const page = stored({ headers: [...FIELDS, ...digests] });
    const names = (fields: Record<string, string>) =>
      representationFor(request(fields), page)
        .headers.filter((_, index) => index % 2 === 0)
        .sort();
    expect(names({})).toEqual([
      'Content-Digest',
      'Content-Encoding',
      'Content-MD5',
      'Content-Type',
      'Date',
      'ETag',
      'Last-Modified',
      'X-A',
    ]);
    expect(names({ range: 'bytes=2-4' })).toEqual([
      'Content-Encoding',
      'Content-Range',
      'Content-Type',
      'Date',
      'ETag',
      'Last-Modified',
      'X-A',
    ]);
    expect(names({ range: 'bytes=99-' })).toEqual(['Content-Range', 'Date', 'ETag', 'Last-Modified', 'X-A']);
    expect(names({ 'if-none-match': '"v1"' })).not.toContain('Content-Type');
  });

  it('exactly the bytes that its Content-Range names', () => {
    const number = fc.option(fc.nat({ max: 14 }));
    fc.assert(
      fc.property(number, number, (first, last) => {
        const range = `bytes=${first ?? ''}-${last ?? ''}`;
        const { status, headers, body } = representationFor(request({ range }), PAGE);
        const match = /^bytes (\d+)-(\d+)\/10$/.exec(headerOf(headers, 'content-range') ?? '');
        const named = '0123456789'.slice(Number(match?.[1] ?? 0), Number(match?.[2] ?? 9) + 1);
        expect(text(body)).toBe(status === 416 ? '' : named);
      }),
    );
  });
});

describe('of a stored part goes out', () => {
  const MIDDLE = storedPart(2, 6, { rangeAsked: 'bytes=2-6' });

  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ range: 'bytes=2-6' }, true],
    [{ range: 'bytes=3-4' }, true],
    [{ range: 'bytes=1-4' }, false],
    [{ range: 'bytes=3-' }, false],
    [{ range: 'lines=3-4' }, false],
    [{ range: 'bytes=3-4', 'if-range': '"v1"' }, true],
    [{ range: 'bytes=3-4', 'if-range': '"v2"' }, false],
    [{ range: 'bytes=2-6', 'if-range': '"v2"' }, false],
  ])('something for %j: %s', (fields, answers) => {
    expect(answersRange(request(fields), MIDDLE)).toBe(answers);
    expect(answersRange(request(fields, { method: 'HEAD' }), MIDDLE)).toBe(false);
    expect(answersRange(request(fields), PAGE)).toBe(true);
  });

  it('what was asked for, out of it', () => {
    expect(sent({ range: 'bytes=2-6' }, MIDDLE)).toEqual([206, '23456', 'bytes 2-6/10']);
    expect(sent({ range: 'bytes=3-4' }, MIDDLE)).toEqual([206, '34', 'bytes 3-4/10']);
    expect(sent({ range: 'bytes=3-4' }, storedPart(2, 6, { part: { first: 2, last: 6, total: undefined } }))).toEqual([
      206,
      '34',
      'bytes 3-4/*',
    ]);
    expect(sent({ range: 'bytes=3-4', 'if-none-match': '"v1"' }, MIDDLE)).toEqual([304, undefined]);
  });

  it('all of it for the range that it was the answer to, however that came out', () => {
    const end = storedPart(4, 9, { body: '45678', rangeAsked: 'bytes=-5' });
    expect(answersRange(request({ range: 'bytes=-5' }), end)).toBe(true);
    expect(sent({ range: 'bytes=-5' }, end)).toEqual([206, '45678', 'bytes 4-9/10']);
  });

  it('no byte that is not there although the part says so', () => {
    const short = storedPart(4, 9, { body: '45678' });
    expect(sent({ range: 'bytes=7-9' }, short)).toEqual([206, '78', 'bytes 7-8/10']);
    expect(answersRange(request({ range: 'bytes=7-9' }), short)).toBe(true);
    expect(answersRange(request({ range: 'bytes=9-9' }), short)).toBe(false);
  });
});
