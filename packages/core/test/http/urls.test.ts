import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originOf, sameOriginUrl, sameUrl, targetOf } from '../../src/http/urls.ts';
import { anyText } from './support/any-text.ts';
import { request } from './support/engine.ts';

const BASE = 'http://a.example/dir/page?x=1';

describe('the URL that a request is for', () => {
  it.each([
    [{ url: '/a?b' }, 'http://a.example/a?b'],
    [{ url: '/a', scheme: 'https' as const, host: 'A.Example:8443' }, 'https://a.example:8443/a'],
    [{ url: '/rest', target: '/mount/rest' }, 'http://a.example/mount/rest'],
    [{ url: 'http://b.example/a' }, 'http://b.example/a'],
    [{ url: 'HTTPS://b.example/a' }, 'HTTPS://b.example/a'],
    [{ url: '//b.example/a' }, 'http://a.example//b.example/a'],
    [{ url: '*' }, 'http://a.example*'],
  ])('of %j is %j', (changes, url) => {
    expect(targetOf(request({}, changes))).toBe(url);
  });
});

describe('a reference', () => {
  it.each([
    ['/a', 'http://a.example/a'],
    ['b', 'http://a.example/dir/b'],
    ['?y=2', 'http://a.example/dir/page?y=2'],
    ['#part', BASE],
    ['../b/./c#x', 'http://a.example/b/c'],
    ['http://A.EXAMPLE:80/%61', 'http://a.example/%61'],
    ['//a.example/b', 'http://a.example/b'],
    ['', BASE],
    ['https://a.example/a', undefined],
    ['http://a.example:81/a', undefined],
    ['http://b.example/a', undefined],
    ['//b.example/a', undefined],
    ['http://a.example.b.example/', undefined],
    ['http://a.example@b.example/', undefined],
    ['\\\\b.example/a', undefined],
    ['mailto:a@a.example', undefined],
    ['http://', undefined],
    ['http://[', undefined],
  ])('%j is in the same origin %j', (reference, url) => {
    expect(sameOriginUrl(reference, BASE)).toBe(url);
  });

  it('has no origin in common with what is no URL', () => {
    expect(sameOriginUrl('/a', 'nowhere')).toBeUndefined();
    expect(originOf('nowhere')).toBe('nowhere');
    expect(originOf('HTTPS://A.example:443/b')).toBe('https://a.example');
  });

  it.each([
    ['/dir/page?x=1', true],
    ['page?x=1#part', true],
    ['http://a.example:80/dir/page?x=1', true],
    ['page', false],
    ['https://a.example/dir/page?x=1', false],
    ['http://[', false],
  ])('%j is the same page: %s', (reference, same) => {
    expect(sameUrl(BASE, reference, BASE)).toBe(same);
  });

  it('never leads to another origin, whatever it is', () => {
    const piece = fc.constantFrom('/', '\\', '.', ':', '@', 'b.example', 'http', '#', '?', '%2f', '\t', '\n', 'a');
    const reference = fc.oneof(
      anyText,
      fc.array(piece).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(reference, (text) => {
        const url = sameOriginUrl(text, BASE);
        expect(new URL(url ?? BASE).origin).toBe('http://a.example');
      }),
      { numRuns: 300 },
    );
  });
});
