import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CacheError } from '../../src/index.ts';
import { parameterName, queryFilter, withParameters } from '../../src/http/query.ts';
import { anyText } from './support/any-text.ts';

describe('a query policy', () => {
  const ignoring = queryFilter({ ignore: ['utm', 'ä b'] });
  const allowing = queryFilter({ allow: ['q', 'page'] });

  it.each([
    ['/a', '/a', '/a'],
    ['/a?', '/a', '/a'],
    ['/a?utm=1', '/a', '/a'],
    ['/a?q=1&utm=2&page=3', '/a?q=1&page=3', '/a?q=1&page=3'],
    ['/a?x=1&q=2&q=1', '/a?x=1&q=2&q=1', '/a?q=2&q=1'],
    ['/a?%75tm=1&u%74m', '/a', '/a'],
    ['/a?%C3%A4+b=1&%C3%A4%20b=2', '/a', '/a'],
    ['/a?Utm=1&utmx=2', '/a?Utm=1&utmx=2', '/a'],
    ['/a?&&q=1&', '/a?q=1', '/a?q=1'],
    ['/a?q', '/a?q', '/a?q'],
    ['/a?=1', '/a?=1', '/a'],
    ['/a?q=1?utm=2', '/a?q=1?utm=2', '/a?q=1?utm=2'],
    ['/a?q=%zz&utm=%zz', '/a?q=%zz', '/a?q=%zz'],
  ])('makes of %j without some %j, and with only some %j', (url, ignored, allowed) => {
    expect(ignoring?.apply(url)).toBe(ignored);
    expect(allowing?.apply(url)).toBe(allowed);
  });

  it('leaves every URL alone where all parameters count', () => {
    expect(queryFilter('all')).toBeUndefined();
  });

  it.each([null, 'none', [], {}, { allow: 'q' }, { allow: [1] }, { deny: [] }, { allow: [], ignore: [] }])(
    'is not %j',
    (policy) => {
      expect(() => queryFilter(policy as never)).toThrow(CacheError);
    },
  );

  it('lets nothing through that is not listed, however it is spelled', () => {
    const piece = fc.constantFrom('q', 'utm', '=', '&', '%71', '%', '+', '1', '#', '?');
    // A blank stands between the two targets of a request that was routed elsewhere.
    const query = fc
      .oneof(
        anyText,
        fc.array(piece).map((parts) => parts.join('')),
      )
      .map((text) => text.replaceAll(' ', '+'));
    fc.assert(
      fc.property(query, (text) => {
        const url = allowing?.apply(`/a?${text}`) ?? '';
        expect(
          [...new URLSearchParams(url.split('?').slice(1).join('?')).keys()].filter((name) => name !== 'q'),
        ).toEqual([]);
        const same = withParameters(`/a?${text}`, (name) => name === 'q');
        expect(same).toBe(url);
      }),
      { numRuns: 300 },
    );
  });

  it('takes the name of a parameter as a form does', () => {
    expect(['a=b', 'a', 'a=b=c', '%61=1', 'a+b=1', '=1', '', '%', '?a'].map(parameterName)).toEqual([
      'a',
      'a',
      'a',
      'a',
      'a b',
      '',
      '',
      '%',
      '?a',
    ]);
  });
});
