import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safe } from '../../../src/http/modes/safe.ts';
import type { HttpRequest } from '../../../src/http/request.ts';
import { request } from '../support/engine.ts';
import { answered, policyOf } from '../support/rules.ts';

const POLICY = policyOf({ maxAge: '5m', staleWhileRevalidate: '7s' });

describe('in the safe mode a request goes past the cache', () => {
  it.each<[string, HttpRequest]>([
    ['method', request({}, { method: 'POST' })],
    ['method', request({}, { method: 'get' })],
    ['method', request({}, { method: 'QUERY' })],
    ['authorization', request({ authorization: '' })],
    ['cookie', request({ cookie: 'a=1' })],
    ['cookie', request({ cookie: '' })],
    ['identity', request({}, { identified: true })],
    ['body', request({}, { hasBody: true })],
    ['precondition', request({ 'if-match': '*' })],
    ['precondition', request({ 'if-unmodified-since': '' })],
    ['no-store', request({ 'cache-control': 'no-store' })],
    ['no-store', request({ 'cache-control': 'max-age=0;No-Store=' })],
    ['host', request({}, { host: 'a b' })],
    ['host', request({}, { host: 'a.example ["x"]' })],
    ['host', request({}, { host: 'a/b' })],
    ['host', request({}, { host: 'ä' })],
    ['host', request({}, { host: 'user@a' })],
  ])('because of its %s', (reason, asked) => {
    expect(safe.whyBypass(asked, POLICY)).toBe(reason);
  });

  it.each(['a.example', 'a.example:8080', 'A-b.example.', '127.0.0.1', '[::1]:80', 'xn--bcher-kva.example', 'a_b', ''])(
    'not because of the host %j',
    (host) => {
      expect(safe.whyBypass(request({}, { host }), POLICY)).toBeUndefined();
    },
  );

  it('not with a plain GET or HEAD, whatever else it asks of caches', () => {
    for (const method of ['GET', 'HEAD']) expect(safe.whyBypass(request({}, { method }), POLICY)).toBeUndefined();
    for (const value of ['no-cache', 'max-age=0', 'only-if-cached', 'min-fresh=9']) {
      expect(safe.whyBypass(request({ 'cache-control': value }), POLICY)).toBeUndefined();
    }
    expect(safe.whyBypass(request({ range: 'bytes=0-1', 'if-none-match': '"a"' }), POLICY)).toBeUndefined();
  });

  it('not with cookies of which the policy says what they count', () => {
    const policy = policyOf({ cookies: [] });
    expect(safe.whyBypass(request({ cookie: 'a=1' }), policy)).toBeUndefined();
    expect(safe.whyBypass(request({ cookie: 'a=1', authorization: 'x' }), policy)).toBe('authorization');
  });
});

describe('in the safe mode a client demands', () => {
  it.each(['no-cache', 'max-age=0', 'min-fresh=60', 'max-stale', 'no-store'])('nothing by %s', (value) => {
    const asked = request({ 'cache-control': value, pragma: 'no-cache' });
    expect(safe.demands(asked)).toMatchObject({
      validated: false,
      maxAge: Infinity,
      minFresh: 0,
      maxStale: undefined,
      onlyIfCached: false,
    });
  });

  it('only that nothing but the cache is asked', () => {
    const asked = request({ 'cache-control': 'max-age=0, Only-If-Cached' });
    expect(safe.demands(asked)).toMatchObject({ onlyIfCached: true, validated: false, maxAge: Infinity });
  });
});

describe('in the safe mode a response is not stored', () => {
  const OK = ['Cache-Control', 'public, max-age=60'];
  const whyNotStored = (status: number, headers: string[]): string | undefined =>
    safe.whyNotStored(answered({ status, headers }), POLICY);

  it.each<[string, number, string[]]>([
    ['set-cookie', 200, ['Set-Cookie', 'a=1', ...OK]],
    ['set-cookie', 200, ['SET-COOKIE', '', ...OK]],
    ['no-store', 200, ['Cache-Control', 'no-store']],
    ['no-store', 200, [...OK, 'cache-control', 'no-store']],
    ['private', 200, ['CACHE-CONTROL', 'PRIVATE', ...OK]],
    ['private', 200, ['Cache-Control', 'private="set-cookie"']],
    ['no-cache', 200, ['Cache-Control', 'no-cache="x"']],
    ['must-understand', 200, ['Cache-Control', 'must-understand, max-age=60']],
    ['pragma', 200, ['Pragma', 'No-Cache', ...OK]],
    ['vary', 200, ['Vary', 'accept', 'Vary', '*', ...OK]],
    ['range', 200, ['Content-Range', 'bytes 0-1/2', ...OK]],
    ['event-stream', 200, ['Content-Type', 'Text/Event-Stream; charset=utf-8', ...OK]],
    ['status', 206, OK],
    ['status', 404, OK],
    ['status', 500, OK],
    ['status', 304, OK],
    ['status', 100, OK],
    ['status', 299, OK],
    ['status', Number.NaN, OK],
  ])('because of its %s (%i, %j)', (reason, status, headers) => {
    expect(whyNotStored(status, headers)).toBe(reason);
  });

  it('if it is a redirect for a time that it does not say', () => {
    for (const status of [302, 303, 307]) {
      expect(whyNotStored(status, [])).toBe('status');
      expect(whyNotStored(status, OK)).toBeUndefined();
    }
  });

  it('unless it is whole, shared and final', () => {
    for (const status of [200, 203, 204, 300, 301, 308]) expect(whyNotStored(status, [])).toBeUndefined();
    expect(whyNotStored(200, ['Cache-Control', 'public, max-age=1, immutable, no-transform'])).toBeUndefined();
    expect(whyNotStored(200, ['Vary', 'Accept, Cookie'])).toBeUndefined();
  });

  it('if one line forbids it, whatever the other lines say and wherever it stands', () => {
    const line = fc.constantFrom<[string, string]>(
      ['Cache-Control', 'public, max-age=60'],
      ['Cache-Control', 'ext="a, b"'],
      ['X-Any', 'public'],
      ['Content-Type', 'text/html'],
      ['Vary', 'Accept'],
      ['Expires', 'Thu, 01 Jan 2026 00:00:00 GMT'],
      ['CDN-Cache-Control', 'max-age=60'],
    );
    const forbidding = fc.constantFrom<[string, string]>(
      ['Set-Cookie', 'a=1'],
      ['cache-control', 'no-store'],
      ['Cache-Control', 'max-age=60, private'],
      ['CACHE-CONTROL', 'max-age=60;no-cache'],
      ['Vary', '*'],
      ['Pragma', 'no-cache'],
    );
    fc.assert(
      fc.property(fc.array(line), forbidding, fc.array(line), (before, forbids, after) => {
        expect(whyNotStored(200, [...before, forbids, ...after].flat())).toBeDefined();
      }),
    );
  });
});

describe('in the safe mode the lifetime of a response', () => {
  const lifetime = (headers: string[], requestedAt?: number) =>
    safe.lifetime(answered({ headers, ...(requestedAt !== undefined && { requestedAt }) }), POLICY);

  it('is that of the policy if the response says nothing', () => {
    expect(lifetime([])).toMatchObject({ ttl: 300_000, staleWhileRevalidate: 7_000, said: false, initialAge: 0 });
    expect(lifetime(['Last-Modified', 'Thu, 01 Jan 2015 00:00:00 GMT'])).toMatchObject({ ttl: 300_000, said: false });
  });

  it('is shortened by the age the response came with', () => {
    expect(lifetime(['Cache-Control', 'max-age=60', 'Age', '45'])).toMatchObject({ ttl: 15_000, said: true });
    expect(lifetime(['Cache-Control', 'max-age=60', 'Age', '61'])).toMatchObject({ ttl: -1_000 });
  });

  it('is not shortened by the time the handler took', () => {
    expect(lifetime(['Cache-Control', 'max-age=60'], 0)).toMatchObject({ ttl: 60_000, initialAge: 0 });
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
    expect(lifetime(['Cache-Control', value]).staleWhileRevalidate).toBe(window);
  });

  it('never is above what the response or the policy says, whatever it says', () => {
    const values = ['Thu, 01 Jan 2026 00:01:00 GMT', '60', 'max-age=60', 's-maxage=5', 'x', '', '0'];
    const line = fc.oneof(fc.string(), fc.constantFrom(...values));
    const name = fc.constantFrom('Cache-Control', 'Expires', 'Date', 'Age');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, line)), (pairs) => {
        const { ttl, staleWhileRevalidate } = lifetime(pairs.flat());
        expect(ttl).toBeLessThanOrEqual(2 ** 31 * 1000);
        expect(staleWhileRevalidate).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });
});
