import { describe, expect, it } from 'vitest';
import { parseCacheControl } from '../../src/http/cache-control.ts';
import { type CacheControlDirectives, formatCacheControl } from '../../src/index.ts';

describe('the text of Cache-Control', () => {
  it.each<[CacheControlDirectives, string]>([
    [{ maxAge: '5m' }, 'max-age=300'],
    [{ public: true, sMaxAge: '1h', maxAge: 0 }, 'public, max-age=0, s-maxage=3600'],
    [{ private: true, noCache: true }, 'private, no-cache'],
    [{ noStore: true, noTransform: true }, 'no-store, no-transform'],
    [
      { maxAge: '1.9s', staleWhileRevalidate: '1d', staleIfError: 999 },
      'max-age=1, stale-while-revalidate=86400, stale-if-error=0',
    ],
    [{ maxAge: 'forever', immutable: true }, 'immutable, max-age=2147483648'],
    [{ mustRevalidate: true, proxyRevalidate: false, maxAge: '1s' }, 'must-revalidate, max-age=1'],
    [{ noStore: false, public: true, maxAge: '1s' }, 'public, max-age=1'],
  ])('of %j', (directives, text) => {
    expect(formatCacheControl(directives)).toBe(text);
    expect(parseCacheControl(text).size).toBe(text.split(',').length);
  });

  it.each<[unknown, string]>([
    [{}, 'directives'],
    [{ noCache: false }, 'directives'],
    [null, 'directives'],
    [{ 'max-age': 5 }, 'max-age'],
    [{ maxAge: true }, 'maxAge'],
    [{ maxAge: -1 }, 'maxAge'],
    [{ noStore: '5m' }, 'noStore'],
    [{ private: true, public: true }, 'public'],
    [{ private: true, sMaxAge: '5m' }, 'sMaxAge'],
    [{ noStore: true, maxAge: '5m' }, 'maxAge'],
  ])('refuses %j', (directives, option) => {
    expect(() => formatCacheControl(directives as CacheControlDirectives)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }),
    );
  });
});
