import { describe, expect, it } from 'vitest';
import { chooseEncoding, encodedResponse, isEncodable } from '../../src/http/encodings.ts';
import { headerOf } from '../../src/http/headers.ts';
import { HttpCache } from '../../src/http/http-cache.ts';
import { testCache } from '../support/test-cache.ts';
import { answer, fillOf, request } from './support/engine.ts';
import { bytes, stored, storedPart, text } from './support/stored.ts';

const LONG = 'a'.repeat(1024);
const TEXT = ['Content-Type', 'text/plain', 'ETag', '"v1"'];

describe('the coding for a client', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.5', 'br'],
    ['*', 'br'],
    ['*;q=0.5, br;q=0', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['*;q=0', 'identity'],
    ['gzip;q=x', 'identity'],
    ['deflate, zstd', 'identity'],
    ['identity', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip, identity;q=0.5', 'gzip'],
    ['gzip ; q=0.5', 'gzip'],
    ['gzipped, xgzip', 'identity'],
  ])('that sends %j is %s', (field, coding) => {
    expect(chooseEncoding(field, ['br', 'gzip'])).toBe(coding);
  });
});

describe('a coded form is made', () => {
  const page = (headers: string[], body = LONG) => stored({ headers, body });

  it.each([
    'text/html',
    'Text/Plain; charset=utf-8',
    'application/json',
    'application/ld+json',
    'image/svg+xml',
    'application/javascript',
  ])('of %s', (type) => {
    expect(isEncodable(page(['Content-Type', type]))).toBe(true);
  });

  it.each(['image/png', 'text/event-stream', 'application/octet-stream', 'application/gzip', 'video/mp4', ''])(
    'not of %j',
    (type) => {
      expect(isEncodable(page(['Content-Type', type]))).toBe(false);
    },
  );

  it('not of what is small, a part, no 200, coded already, or not to be transformed', () => {
    expect(isEncodable(page(TEXT, LONG.slice(1)))).toBe(false);
    expect(isEncodable(storedPart(0, 4, { headers: TEXT, body: LONG }))).toBe(false);
    expect(isEncodable({ ...page(TEXT), status: 404 })).toBe(false);
    expect(isEncodable(page([...TEXT, 'Content-Encoding', 'gzip']))).toBe(false);
    expect(isEncodable(page([...TEXT, 'Content-Range', 'bytes 0-1/2']))).toBe(false);
    expect(isEncodable(page([...TEXT, 'Cache-Control', 'public, no-transform']))).toBe(false);
  });

  it('with an entity tag of its own and without digests of other bytes', () => {
    const tagOf = (etag: string[]) => headerOf(encodedResponse(page(etag), 'br', bytes('x')).headers, 'etag');
    expect([tagOf(['ETag', '"v1"']), tagOf(['ETag', 'W/"v1"']), tagOf([]), tagOf(['ETag', 'v1'])]).toEqual([
      '"v1-br"',
      'W/"v1-br"',
      undefined,
      undefined,
    ]);
    const digests = ['Content-Digest', 'x', 'Content-MD5', 'x', 'Digest', 'x', 'X-A', '1'];
    expect(encodedResponse(page(digests), 'gzip', bytes('x'))).toMatchObject({
      headers: ['X-A', '1', 'Content-Encoding', 'gzip'],
      body: bytes('x'),
    });
  });
});

describe('a hit for a client that takes codings', () => {
  function site(encode: () => Promise<Uint8Array>) {
    const { cache } = testCache();
    const http = new HttpCache(cache, { encodings: ['gzip'] }, { entityTag: () => '"x"', encode });
    answer(fillOf(http.lookup(request())), LONG, { headers: TEXT });
    const coded = { 'accept-encoding': 'gzip' };
    return async (fields: Record<string, string> = coded) => {
      const hit = await http.lookup(request(fields));
      return hit.kind === 'hit'
        ? [text(hit.response.body), headerOf(hit.response.headers, 'content-encoding')]
        : hit.kind;
    };
  }

  it('is coded, once', async () => {
    let made = 0;
    const get = site(() => {
      made += 1;
      return Promise.resolve(bytes('coded'));
    });
    expect(await Promise.all([get(), get()])).toEqual([
      ['coded', 'gzip'],
      ['coded', 'gzip'],
    ]);
    expect(await get()).toEqual(['coded', 'gzip']);
    expect(await get({})).toEqual([LONG, undefined]);
    expect(await get({ 'accept-encoding': 'gzip', range: 'bytes=0-1' })).toEqual([LONG, undefined]);
    expect(made).toBe(1);
  });

  it('is as it was where coding failed', async () => {
    expect(await site(() => Promise.reject(new Error('broken')))()).toEqual([LONG, undefined]);
  });
});
