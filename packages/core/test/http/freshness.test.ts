import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explicitLifetime, initialAge, parseHttpDate, responseLifetime } from '../../src/http/freshness.ts';

const NOW = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toUTCString();
const POLICY = { maxAge: 300_000, staleWhileRevalidate: 7_000 };

describe('the freshness lifetime', () => {
  it.each<[string, string[], number | undefined]>([
    ['s-maxage before max-age', ['Cache-Control', 'max-age=60, s-maxage=10'], 10],
    ['s-maxage before max-age, even if it cannot be read', ['Cache-Control', 'max-age=60, s-maxage=x'], 0],
    ['max-age before Expires', ['Expires', at(90), 'Cache-Control', 'max-age=60'], 60],
    ['max-age on two lines, the smaller one', ['Cache-Control', 'max-age=60', 'cache-control', 'max-age=50'], 50],
    ['Expires from Date', ['Expires', at(90), 'Date', at(30)], 60],
    ['Expires from now without Date', ['Expires', at(90)], 90],
    ['Expires from now with a broken Date', ['Expires', at(90), 'Date', 'today'], 90],
    ['Expires in the past as 0', ['Expires', at(-1)], 0],
    ['Expires: 0 as 0', ['Expires', '0'], 0],
    ['a broken Expires as 0', ['Expires', 'Thu, 01-Jan-26 00:10:00 GMT'], 0],
    ['an Expires in another zone as 0', ['Expires', 'Thu, 01 Jan 2026 01:00:00 CET'], 0],
    ['two equal Expires as one', ['Expires', at(60), 'Expires', at(60)], 60],
    ['two different Expires as 0', ['Expires', at(60), 'Expires', at(90)], 0],
    ['nothing as nothing', ['Content-Type', 'text/plain'], undefined],
    ['public as nothing', ['Cache-Control', 'public'], undefined],
  ])('takes %s', (_what, headers, seconds) => {
    expect(explicitLifetime(headers, NOW)).toBe(seconds);
  });

  it('is that of the policy if the response says nothing', () => {
    expect(responseLifetime([], POLICY, NOW)).toEqual({
      ttl: 300_000,
      staleWhileRevalidate: 7_000,
      staleIfError: 0,
      said: false,
    });
  });

  it('is shortened by the age the response came with', () => {
    const headers = ['Cache-Control', 'max-age=60', 'Age', '45'];
    expect(responseLifetime(headers, POLICY, NOW)).toMatchObject({ ttl: 15_000, said: true });
    expect(responseLifetime(['Cache-Control', 'max-age=60', 'Age', '61'], POLICY, NOW)).toMatchObject({ ttl: 0 });
  });

  it.each([
    ['max-age=60', 7_000],
    ['max-age=60, stale-while-revalidate=5', 5_000],
    ['max-age=60, stale-while-revalidate=x', 0],
    ['max-age=60, stale-while-revalidate = 5', 0],
    ['max-age=60, must-revalidate', 0],
    ['max-age=60, proxy-revalidate, stale-while-revalidate=5', 0],
    ['s-maxage=60, stale-while-revalidate=5', 0],
    ['max-age=60; must-revalidate', 0],
  ])('allows for %j stale answers for %i ms', (value, window) => {
    expect(responseLifetime(['Cache-Control', value], POLICY, NOW).staleWhileRevalidate).toBe(window);
  });

  it('never is negative or above what the response says, whatever it says', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom(at(60), '60', 'max-age=60', 's-maxage=5', 'x', '', '0'));
    const name = fc.constantFrom('Cache-Control', 'Expires', 'Date', 'Age');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, line)), (pairs) => {
        const { ttl, staleWhileRevalidate } = responseLifetime(pairs.flat(), POLICY, NOW);
        expect(ttl).toBeGreaterThanOrEqual(0);
        expect(ttl).toBeLessThanOrEqual(2 ** 31 * 1000);
        expect(staleWhileRevalidate).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the age of a response', () => {
  it.each<[string[], number]>([
    [['Age', '20'], 20],
    [['Age', ' 20 '], 20],
    [['Age', '20', 'Age', '30'], 20],
    [['Age', '-1'], 0],
    [['Age', '1.5'], 0],
    [['Age', 'old'], 0],
    [['Age', ''], 0],
    [['Age', '99999999999'], 2 ** 31],
    [[], 0],
  ])('is read from %j as %i', (headers, seconds) => {
    expect(initialAge(headers)).toBe(seconds);
  });
});

describe('an HTTP date', () => {
  it('is read in the form that is sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(parseHttpDate(new Date(seconds * 1000).toUTCString())).toBe(seconds * 1000);
      }),
    );
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
    'thu, 01 jan 2026 00:00:00 gmt',
    'Thu, 1 Jan 2026 00:00:00 GMT',
    'Thu, 01 Jan 2026 25:61:00 GMT',
    ' Thu, 01 Jan 2026 00:00:00 GMT',
  ])('is not read from %j', (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });
});
