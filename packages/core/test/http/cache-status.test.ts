import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CacheStatus, statusParameters } from '../../src/http/cache-status.ts';
import { anyText } from './support/any-text.ts';

describe('Cache-Status', () => {
  it.each<[CacheStatus, string]>([
    [{ hit: true, ttl: 283 }, 'hit; ttl=283'],
    [{ hit: true, ttl: -5 }, 'hit; ttl=-5'],
    [{ fwd: 'uri-miss', stored: true }, 'fwd=uri-miss; stored'],
    [{ fwd: 'vary-miss', collapsed: true }, 'fwd=vary-miss; collapsed'],
    [{ fwd: 'bypass', detail: 'cookie' }, 'fwd=bypass; detail=cookie'],
    [{ fwd: 'uri-miss', stored: false, detail: 'read:x-api-key' }, 'fwd=uri-miss; detail=read:x-api-key'],
    [{ fwd: 'method' }, 'fwd=method'],
    [{ fwd: 'stale', detail: '4 of 5' }, 'fwd=stale; detail="4 of 5"'],
    [{ detail: '' }, 'detail=""'],
    [{ detail: '5' }, 'detail="5"'],
    [{}, ''],
  ])('writes %j as %j', (status, text) => {
    expect(statusParameters(status)).toBe(text);
  });

  it('is a token or a string of printable ASCII, whatever the detail', () => {
    fc.assert(
      fc.property(anyText, (detail) => {
        expect(statusParameters({ detail })).toMatch(/^detail=([A-Za-z*][\w!#$%&'*+\-.^`|~:/]*|"[ !#-[\]-~]*")$/);
      }),
    );
  });
});
