import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHttpDate } from '../../src/http/http-date.ts';

const INSTANT = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('an HTTP date', () => {
  it('is read in the form that is sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(parseHttpDate(new Date(seconds * 1000).toUTCString())).toBe(seconds * 1000);
      }),
    );
  });

  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', INSTANT],
    ['Sunday, 06-Nov-94 08:49:37 GMT', INSTANT],
    ['Sun Nov  6 08:49:37 1994', INSTANT],
    ['Sun Nov 06 08:49:37 1994', INSTANT],
    ['Sun, 06 NOV 1994 08:49:37 GMT', INSTANT],
    ['Sunday, 06-nov-94 08:49:37 GMT', INSTANT],
    ['Mon, 29 Feb 2016 12:00:00 GMT', Date.UTC(2016, 1, 29, 12)],
    ['Thu, 31 Dec 2015 23:59:60 GMT', Date.UTC(2016, 0, 1)],
    ['Wednesday, 01-Jan-69 00:00:00 GMT', Date.UTC(2069, 0, 1)],
    ['Thursday, 01-Jan-70 00:00:00 GMT', 0],
  ])('is %s', (text, instant) => {
    expect(parseHttpDate(text)).toBe(instant);
  });

  it.each([
    '',
    'now',
    '0',
    '-1',
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    'Thu, 01 Jan 2026 00:00:00',
    'Thu, 01 Jan 2026 00:00:00 UTC',
    'Thu, 01 Jan 2026 00:00:00 +0000',
    'thu, 01 Jan 2026 00:00:00 GMT',
    'Thu, 01 Jan 2026 00:00:00 gmt',
    'Thu, 1 Jan 2026 00:00:00 GMT',
    'Thu, 01 Jan 26 00:00:00 GMT',
    'Thu, 01-Jan-26 00:00:00 GMT',
    'Thursday, 01-Jan-2026 00:00:00 GMT',
    'Thursday, 01-Jan-26 00:00:00 CET',
    'Thu Jan 1 00:00:00 2026',
    'Thu Jan  1 00:00:00 2026 GMT',
    'Thu, 01  Jan 2026 00:00:00 GMT',
    'Thu,01 Jan 2026 00:00:00 GMT',
    'Thu, 01 Jan 2026 0:00:00 GMT',
    'Thu, 01 Jan 2026 00:00 GMT',
    'Thu, 01 Jan 2026 24:00:00 GMT',
    'Thu, 01 Jan 2026 00:60:00 GMT',
    'Thu, 01 Jan 2026 00:00:61 GMT',
    'Thu, 00 Jan 2026 00:00:00 GMT',
    'Thu, 32 Jan 2026 00:00:00 GMT',
    'Sun, 29 Feb 2026 00:00:00 GMT',
    ' Thu, 01 Jan 2026 00:00:00 GMT',
    'Thu, 01 Jan 2026 00:00:00 GMT ',
  ])('is not %j', (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });

  it('is undefined or an instant, whatever the text', () => {
    const piece = fc.constantFrom('Thu', 'Thursday', ',', ' ', '01', '99', 'Jan', '-', '2026', '00:00:00', 'GMT', 'ſ');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((parts) => parts.join('')),
        ),
        (text) => {
          expect(Number.isFinite(parseHttpDate(text) ?? 0)).toBe(true);
        },
      ),
    );
  });
});
