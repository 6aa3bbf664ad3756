import { describe, expect, it } from 'vitest';
import { parseCacheControl } from '../../../src/http/cache-control.ts';
import { forbidsStale } from '../../../src/http/modes/stale.ts';
import { staleWindows } from '../../../src/http/modes/windows.ts';
import { policyOf } from '../support/rules.ts';

const POLICY = policyOf({
  staleWhileRevalidate: 1000,
  staleIfError: 2000,
  staleIfUnreachable: 3000,
  keepStale: 4000,
});
const ETAG = ['ETag', '"a"'];

const windows = (value: string, headers: string[] = [], ttl = 1) =>
  staleWindows(parseCacheControl(value), headers, ttl, POLICY);

describe('a stale response may be used', () => {
  it('for as long as the policy says', () => {
    expect(windows('')).toEqual({
      staleWhileRevalidate: 1000,
      stale: { ifError: 2000, ifLost: 3000, ifAsked: Infinity },
      keep: 0,
    });
  });

  it('for as long as it says itself, if it does', () => {
    const said = windows('stale-while-revalidate=5, stale-if-error=7');
    expect(said).toMatchObject({ staleWhileRevalidate: 5000, stale: { ifError: 7000, ifLost: 7000 } });
    expect(windows('stale-while-revalidate=0, stale-if-error=0')).toMatchObject({
      staleWhileRevalidate: 0,
      stale: { ifError: 0, ifLost: 3000 },
    });
    expect(windows('stale-while-revalidate=x, stale-if-error=-1')).toMatchObject({
      staleWhileRevalidate: 0,
      stale: { ifError: 0 },
    });
  });

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache', 'no-cache=""', 'MUST-REVALIDATE='])(
    'not at all with %s, whatever else it says',
    (value) => {
      for (const ttl of [-1, 1]) {
        expect(windows(`${value}, stale-while-revalidate=5, stale-if-error=7`, ETAG, ttl)).toEqual({
          staleWhileRevalidate: 0,
          stale: { ifError: 0, ifLost: 0, ifAsked: 0 },
          keep: 4000,
        });
      }
    },
  );

  it.each(['max-age=60', 'no-cache="x"', 'private', 'public', 'immutable', ''])(
    'unless it says no more than %j',
    (value) => {
      expect(forbidsStale(parseCacheControl(value))).toBe(false);
    },
  );

  it('if it came stale, only for as long as it says itself, or while the origin is away and it can be validated', () => {
    for (const ttl of [0, -1]) {
      expect(windows('', [], ttl)).toMatchObject({ staleWhileRevalidate: 0, stale: { ifError: 0, ifLost: 0 } });
      expect(windows('', ETAG, ttl)).toMatchObject({ staleWhileRevalidate: 0, stale: { ifError: 0, ifLost: 3000 } });
      expect(windows('stale-while-revalidate=5, stale-if-error=7', [], ttl)).toMatchObject({
        staleWhileRevalidate: 5000,
        stale: { ifError: 7000, ifLost: 7000 },
      });
    }
  });

  it('is kept for validation if it has a validator', () => {
    expect(windows('', ETAG).keep).toBe(4000);
    expect(windows('', ['Last-Modified', 'x']).keep).toBe(4000);
    expect(windows('', ['X-ETag', '"a"']).keep).toBe(0);
  });
});
