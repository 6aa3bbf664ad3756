import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HttpRequest, whyBypass, whyNotStored } from '../../src/http/storability.ts';

function request(fields: Record<string, string> = {}, changes: Partial<HttpRequest> = {}): HttpRequest {
  const header = (name: string): string | undefined => fields[name];
  return {
    method: 'GET',
    url: '/',
    scheme: 'http',
    host: 'a.example',
    hasBody: false,
    identified: false,
    header,
    ...changes,
  };
}

describe('a request goes past the cache', () => {
  it.each<[string, HttpRequest]>([
    ['method', request({}, { method: 'POST' })],
    ['method', request({}, { method: 'get' })],
    ['method', request({}, { method: 'QUERY' })],
    ['authorization', request({ authorization: '' })],
    ['cookie', request({ cookie: 'a=1' })],
    ['cookie', request({ cookie: '' })],
    ['identity', request({}, { identified: true })],
    ['body', request({}, { hasBody: true })],
    ['range', request({ range: 'nonsense' })],
    ['no-store', request({ 'cache-control': 'no-store' })],
    ['no-store', request({ 'cache-control': 'max-age=0;No-Store=' })],
    ['host', request({}, { host: 'a b' })],
    ['host', request({}, { host: 'a.example ["x"]' })],
    ['host', request({}, { host: 'a/b' })],
    ['host', request({}, { host: 'ä' })],
    ['host', request({}, { host: 'user@a' })],
  ])('because of its %s', (reason, asked) => {
    expect(whyBypass(asked, false)).toBe(reason);
  });

  it.each(['a.example', 'a.example:8080', 'A-b.example.', '127.0.0.1', '[::1]:80', 'xn--bcher-kva.example', 'a_b', ''])(
    'not because of the host %j',
    (host) => {
      expect(whyBypass(request({}, { host }), false)).toBeUndefined();
    },
  );

  it('not with a plain GET or HEAD, whatever else it asks of caches', () => {
    for (const method of ['GET', 'HEAD']) expect(whyBypass(request({}, { method }), false)).toBeUndefined();
    for (const value of ['no-cache', 'max-age=0', 'only-if-cached', 'min-fresh=9']) {
      expect(whyBypass(request({ 'cache-control': value }), false)).toBeUndefined();
    }
  });

  it('not with cookies of which the policy says what they count', () => {
    expect(whyBypass(request({ cookie: 'a=1' }), true)).toBeUndefined();
    expect(whyBypass(request({ cookie: 'a=1', authorization: 'x' }), true)).toBe('authorization');
  });
});

describe('a response is not stored', () => {
  const OK = ['Cache-Control', 'public, max-age=60'];

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
    expect(whyNotStored(status, headers, true)).toBe(reason);
  });

  it('if it is a redirect for a time that it does not say', () => {
    for (const status of [302, 303, 307]) {
      expect(whyNotStored(status, [], false)).toBe('status');
      expect(whyNotStored(status, OK, true)).toBeUndefined();
    }
  });

  it('unless it is whole, shared and final', () => {
    for (const status of [200, 203, 204, 300, 301, 308]) expect(whyNotStored(status, [], false)).toBeUndefined();
    expect(whyNotStored(200, ['Cache-Control', 'public, max-age=1, immutable, no-transform'], true)).toBeUndefined();
    expect(whyNotStored(200, ['Vary', 'Accept, Cookie'], false)).toBeUndefined();
  });

  it('if one line forbids it, whatever the other lines say and wherever it stands', () => {
    const line = fc.constantFrom<[string, string]>(
      ['Cache-Control', 'public, max-age=60'],
      ['Cache-Control', 'ext="a, b"'],
      ['X-Any', 'public'],
      ['Content-Type', 'text/html'],
      ['Vary', 'Accept'],
      ['Expires', 'Thu, 01 Jan 2026 00:00:00 GMT'],
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
        expect(whyNotStored(200, [...before, forbids, ...after].flat(), true)).toBeDefined();
      }),
    );
  });
});
