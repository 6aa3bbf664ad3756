import { describe, expect, it } from 'vitest';
import { standard } from '../../../src/http/modes/standard.ts';
import type { HttpRequest } from '../../../src/http/request.ts';
import { request } from '../support/engine.ts';
import { answered, at, NOW, policyOf } from '../support/rules.ts';

const POLICY = policyOf({ mode: 'standard' });

describe('in the standard mode a request goes past the cache', () => {
  it.each<[string | undefined, HttpRequest]>([
    ['method', request({}, { method: 'PUT' })],
    ['method', request({}, { method: 'OPTIONS' })],
    ['method', request({}, { method: 'get' })],
    ['method', request({}, { method: 'QUERY' })],
    ['host', request({}, { host: 'a b' })],
    ['host', request({}, { host: 'a b', method: 'POST' })],
    ['identity', request({}, { identified: true })],
    ['identity', request({}, { identified: true, method: 'POST' })],
    ['body', request({}, { hasBody: true })],
    ['precondition', request({ 'if-match': '"a"' })],
    ['precondition', request({ 'if-unmodified-since': at(0) })],
    ['no-store', request({ 'cache-control': 'no-store' })],
    ['no-store', request({ 'cache-control': 'max-age=1;no-store' })],
    ['no-store', request({ 'cache-control': 'no-store' }, { method: 'POST' })],
    [undefined, request({}, { method: 'POST', hasBody: true })],
    [undefined, request({ authorization: 'x', cookie: 'a=1', range: 'bytes=0-1', 'if-none-match': '*' })],
    [undefined, request({ 'cache-control': 'no-cache, only-if-cached', pragma: 'no-cache' })],
    [undefined, request({}, { method: 'HEAD' })],
  ])('because of its %s', (reason, asked) => {
    expect(standard.whyBypass(asked, POLICY)).toBe(reason);
  });
});

describe('in the standard mode a response is stored', () => {
  const why = (status: number, headers: string[], asked?: HttpRequest, policy = POLICY) =>
    standard.whyNotStored(
      answered({ status, headers, ...(asked && { request: asked }) }, policy.targetedFields),
      policy,
    );
  const SAID = ['Cache-Control', 'max-age=60'];

  it.each([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])(
    'with status %i, said or not for how long',
    (status) => {
      const range = status === 206 ? ['Content-Range', 'bytes 0-1/2'] : [];
      expect([why(status, range), why(status, [...range, ...SAID])]).toEqual([undefined, undefined]);
    },
  );

  it.each([201, 202, 299, 302, 303, 307, 400, 403, 418, 451, 499, 500, 502, 503, 504, 599, 999])(
    'with status %i only if it says for how long',
    (status) => {
      expect(why(status, [])).toBe('status');
      expect(why(status, SAID)).toBeUndefined();
      expect(why(status, ['Expires', at(60)])).toBeUndefined();
      expect(why(status, ['Cache-Control', 'public'])).toBeUndefined();
      expect(why(status, ['Last-Modified', at(-60)])).toBe('status');
    },
  );

  it.each<[string | undefined, number, string[]]>([
    ['status', 304, SAID],
    ['status', 103, SAID],
    ['range', 206, SAID],
    ['range', 206, ['Content-Range', 'bytes 0-9/5', ...SAID]],
    ['no-store', 200, ['Cache-Control', 'no-store, max-age=60']],
    ['no-store', 200, ['Cache-Control', 'max-age=60', 'cache-control', 'No-Store']],
    [undefined, 200, ['Cache-Control', 'no-store, must-understand, max-age=60']],
    ['must-understand', 299, ['Cache-Control', 'no-store, must-understand, max-age=60']],
    ['must-understand', 299, ['Cache-Control', 'must-understand, max-age=60']],
    ['private', 200, ['Cache-Control', 'private, max-age=60']],
    ['private', 200, ['Cache-Control', 'private="", max-age=60']],
    [undefined, 200, ['Cache-Control', 'private="x-user", max-age=60']],
    ['vary', 200, ['Vary', '*', ...SAID]],
    ['vary', 200, ['Vary', 'accept, *', ...SAID]],
    [undefined, 200, ['Vary', 'cookie', ...SAID]],
    ['set-cookie', 200, ['Set-Cookie', 'a=1', ...SAID]],
    ['set-cookie', 200, ['Set-Cookie', 'a=1', 'Cache-Control', 'max-age=60, public']],
    [undefined, 200, ['Set-Cookie', 'a=1', 'Cache-Control', 'max-age=60, no-cache="Set-Cookie"']],
    [undefined, 200, ['Set-Cookie', 'a=1', 'Cache-Control', 'max-age=60, private="set-cookie"']],
    ['set-cookie', 200, ['Set-Cookie', 'a=1', 'Cache-Control', 'max-age=60, private="x-user"']],
    ['event-stream', 200, ['Content-Type', 'text/event-stream', ...SAID]],
    [undefined, 200, ['Pragma', 'no-cache', ...SAID]],
    [undefined, 200, ['Cache-Control', 'no-cache']],
    ['no-store', 200, ['CDN-Cache-Control', 'no-store', ...SAID]],
    ['private', 200, ['CDN-Cache-Control', 'private', ...SAID]],
    [undefined, 200, ['CDN-Cache-Control', 'max-age=60', 'Cache-Control', 'no-store, private']],
    ['no-store', 200, ['CDN-Cache-Control', 'max-age=60,', 'Cache-Control', 'no-store']],
  ])('unless forbidden by %s (%i, %j)', (reason, status, headers) => {
    expect(why(status, headers)).toBe(reason);
  });

  it('with Set-Cookie where the policy wants that', () => {
    const policy = policyOf({ mode: 'standard', storeSetCookie: true });
    expect(why(200, ['Set-Cookie', 'a=1', ...SAID], undefined, policy)).toBeUndefined();
  });

  it('for a request with Authorization only if it allows that', () => {
    const asked = request({ authorization: '' });
    const said = (value: string) => why(200, ['Cache-Control', value], asked);
    expect(said('max-age=60')).toBe('authorization');
    expect(said('max-age=60, proxy-revalidate')).toBe('authorization');
    for (const allowing of ['public, max-age=60', 's-maxage=60', 'max-age=60, must-revalidate']) {
      expect(said(allowing)).toBeUndefined();
    }
  });

  it('for a POST only if it is what GET of the URL would get, for a time that it says', () => {
    const asked = request({}, { method: 'POST', url: '/a?b' });
    const told = (headers: string[], status = 200) => why(status, headers, asked);
    const SAME = ['Content-Location', '/a?b'];
    expect(told([...SAID, ...SAME])).toBeUndefined();
    expect(told([...SAID, 'Content-Location', 'http://a.example/a?b'])).toBeUndefined();
    expect(told(['Expires', at(60), ...SAME])).toBeUndefined();
    expect(told(SAID)).toBe('method');
    expect(told(SAME)).toBe('method');
    expect(told(['Cache-Control', 'public', ...SAME])).toBe('method');
    expect(told(['Last-Modified', at(-600), ...SAME])).toBe('method');
    expect(told([...SAID, ...SAME], 201)).toBe('method');
    expect(told([...SAID, 'Content-Location', '/a'])).toBe('method');
    expect(told([...SAID, 'Content-Location', 'http://b.example/a?b'])).toBe('method');
    expect(told([...SAID, 'Location', '/a?b'])).toBe('method');
    expect(told(['Cache-Control', 'private, max-age=60', ...SAME])).toBe('private');
  });
});

describe('in the standard mode the lifetime of a response', () => {
  const lifetime = (headers: string[], changes: object = {}, policy = POLICY) =>
    standard.lifetime(answered({ headers, ...changes }, policy.targetedFields), policy);

  it.each<[string, string[], number, boolean]>([
    ['what it says', ['Cache-Control', 'max-age=60'], 60, true],
    ['what it says to shared caches', ['Cache-Control', 'max-age=60, s-maxage=5'], 5, true],
    ['what it says to this cache', ['CDN-Cache-Control', 'max-age=5', 'Cache-Control', 'max-age=60'], 5, true],
    ['what it says less its age', ['Cache-Control', 'max-age=60', 'Age', '20'], 40, true],
    ['negative if it came stale', ['Cache-Control', 'max-age=60', 'Age', '90'], -30, true],
    ['a tenth of the time since it changed', ['Last-Modified', at(-1000)], 100, false],
    ['that much of a public one', ['Last-Modified', at(-1000), 'Cache-Control', 'public'], 100, false],
    ['nothing', [], 0, false],
  ])('is %s', (_what, headers, seconds, said) => {
    expect(lifetime(headers)).toMatchObject({ ttl: seconds * 1000, said });
  });

  it('is guessed only for statuses that allow it, or for what is public', () => {
    const headers = ['Last-Modified', at(-1000)];
    for (const status of [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]) {
      expect(lifetime(headers, { status }).ttl).toBe(100_000);
    }
    for (const status of [201, 302, 403, 500]) {
      expect(lifetime(headers, { status }).ttl).toBe(0);
      expect(lifetime([...headers, 'Cache-Control', 'public'], { status }).ttl).toBe(100_000);
    }
  });

  it('is that of the policy rather than guessed, and less the age', () => {
    const policy = policyOf({ mode: 'standard', maxAge: '5s' });
    expect(lifetime(['Last-Modified', at(-1000), 'Age', '2'], {}, policy)).toMatchObject({ ttl: 3000, said: false });
    expect(lifetime(['Cache-Control', 'max-age=60'], {}, policy).ttl).toBe(60_000);
  });

  it('is shorter by the time that the response took', () => {
    expect(lifetime(['Cache-Control', 'max-age=60'], { requestedAt: NOW - 3000 })).toMatchObject({
      ttl: 57_000,
      initialAge: 3000,
    });
  });

  it.each([
    ['no-cache', true],
    ['no-cache=""', true],
    ['no-cache="x-user"', false],
    ['max-age=0', false],
    ['must-revalidate', false],
  ])('with %j ends before each use: %s', (value, validated) => {
    expect(lifetime(['Cache-Control', value]).alwaysValidated).toBe(validated);
  });
});

describe('in the standard mode two values of a request field are the same', () => {
  const same = (name: string, one: string, other: string): boolean =>
    standard.normalise(name, one) === standard.normalise(name, other);

  it.each([
    ['accept-language', 'en, de', 'de,en'],
    ['accept-language', 'EN', 'en'],
    ['accept-language', 'de;q=0.5, en', 'en ,  de;q=0.5'],
    ['accept', 'text/HTML, a/b', 'a/b,text/html'],
    ['accept-encoding', 'gzip, br', 'BR, GZIP'],
    ['accept-charset', 'a, b', 'b, a'],
    ['x-any', 'a , b', 'a,b'],
  ])('%s: %j and %j', (name, one, other) => {
    expect(same(name, one, other)).toBe(true);
  });

  it.each([
    ['x-any', 'a, b', 'b, a'],
    ['x-any', 'A', 'a'],
    ['user-agent', 'A', 'a'],
    ['accept-language', 'en', 'de'],
    ['accept-language', 'en', ''],
    ['accept-language', 'en;q=0.5', 'en;q=0.6'],
    ['accept', 'a/b;v=A', 'a/b;v=a'],
    ['accept', 'a/b;v="A"', 'a/b;v="a"'],
    ['accept', 'a/b;v="x,y"', 'a/b;v="y,x"'],
    ['accept', 'y";b/b;x=", a/a', 'a/a, y";b/b;x="'],
  ])('but not %s: %j and %j', (name, one, other) => {
    expect(same(name, one, other)).toBe(false);
  });
});
