import { describe, expect, it } from 'vitest';
import { groupTag, invalidatedBy, tagsOf, urlTag } from '../../src/http/invalidation.ts';
import { queryFilter } from '../../src/http/query.ts';
import { request } from './support/engine.ts';

const URL_TAG = urlTag('http://a.example/a');
const drops = (method: string, status: number, headers: string[] = [], url = '/a'): string[] =>
  invalidatedBy(request({}, { method, url }), status, headers);

/** Whether what was stored for one path is dropped by what another one answers. */
function dropped(path: string, headers: string[], writing = '/a'): boolean {
  const tags = tagsOf(request({}, { url: path }), []);
  return drops('POST', 200, headers, writing).some((name) => tags.includes(name));
}

describe('the answer to an unsafe request', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'UNKNOWN', 'post', 'get', ''])(
    'to %s invalidates its URL',
    (method) => {
      expect(drops(method, 200)).toContain(URL_TAG);
    },
  );

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'REPORT', 'QUERY'])(
    'to %s invalidates nothing',
    (method) => {
      expect(drops(method, 200, ['Location', '/b', 'Cache-Group-Invalidation', '"g"'])).toEqual([]);
    },
  );

  it.each([
    [199, false],
    [200, true],
    [204, true],
    [303, true],
    [399, true],
    [400, false],
    [404, false],
    [500, false],
  ])('with status %i invalidates: %s', (status, invalidates) => {
    expect(drops('PUT', status, ['Cache-Group-Invalidation', '"g"']).length > 0).toBe(invalidates);
  });

  it.each(['Location', 'Content-Location'])('invalidates what %s names in the same origin only', (name) => {
    expect(dropped('/b', [name, '/b'])).toBe(true);
    expect(dropped('/b?c=1', [name, 'b?c=1#part'])).toBe(true);
    expect(dropped('/b', [name, 'http://A.example:80/b'])).toBe(true);
    expect(dropped('/b', [name, 'http://b.example/b'])).toBe(false);
    expect(dropped('/b', [name, 'https://a.example/b'])).toBe(false);
    expect(dropped('/b', [name, '//a.example:81/b'])).toBe(false);
    expect(dropped('/b', [name, 'http://['])).toBe(false);
    expect(dropped('/b', [name, '/c'])).toBe(false);
    expect(dropped('/b', ['X-Location', '/b'])).toBe(false);
  });

  it('invalidates its URL however that is spelled, but no other query', () => {
    expect(dropped('/a', [], '/x/../a')).toBe(true);
    expect(dropped('/a?x=1', [], '/a?x=1')).toBe(true);
    expect(dropped('/a?x=1', [], '/a')).toBe(false);
    expect(dropped('/a', [], '/a?x=1')).toBe(false);
    expect(dropped('/a/', [], '/a')).toBe(false);
  });

  it('invalidates the groups that it names, in its origin', () => {
    const names = drops('POST', 200, ['Cache-Group-Invalidation', '"g", token, "h";x=1, 1']);
    const group = (name: string, origin = 'http://a.example') => groupTag(origin, name);
    expect(names).toEqual(expect.arrayContaining([group('g'), group('h')]));
    expect(names).not.toContain(group('token'));
    expect(names).not.toContain(group('g', 'http://b.example'));
    expect(names).not.toContain(urlTag('g'));
    expect(drops('POST', 200, ['Cache-Group-Invalidation', '"g",'])).not.toContain(group('g'));
  });

  it('invalidates what is kept for several queries of its path', () => {
    const rule = ['No-Vary-Search', 'params=("x")'];
    const tags = tagsOf(request({}, { url: '/a?x=1&y=2' }), rule);
    const hits = (url: string) => drops('POST', 200, [], url).some((name) => tags.includes(name));
    expect([hits('/a?x=2&y=2'), hits('/a'), hits('/b?x=1&y=2')]).toEqual([true, true, false]);
  });

  it('invalidates what is kept without the parameters that do not count', () => {
    const query = queryFilter({ ignore: ['utm'] });
    const tags = tagsOf(request({}, { url: '/a?utm=1&y=2' }), [], query);
    const hits = (url: string) =>
      invalidatedBy(request({}, { method: 'POST', url }), 200, [], query).some((name) => tags.includes(name));
    expect([hits('/a?utm=2&y=2'), hits('/a?y=2'), hits('/a?y=3')]).toEqual([true, true, false]);
  });
});

describe('the names of a stored response', () => {
  const tags = (headers: string[]) => tagsOf(request({}, { url: '/a' }), headers).filter((tag) => tag !== URL_TAG);

  it.each<[string[], string[]]>([
    [
      ['Cache-Tag', 'a, b c,,a'],
      ['a', 'b c'],
    ],
    [
      ['Surrogate-Key', 'a b,c  a'],
      ['a', 'b', 'c'],
    ],
    [
      ['Cache-Tag', 'a', 'cache-tag', 'b', 'Surrogate-Key', 'b c'],
      ['a', 'b', 'c'],
    ],
    [['Cache-Tag', ''], []],
    [['Cache-Tag', '\0x'], []],
    [['Edge-Cache-Tag', 'a'], []],
    [
      ['Cache-Groups', '"g", "h"'],
      [groupTag('http://a.example', 'g'), groupTag('http://a.example', 'h')],
    ],
    [['Cache-Groups', '"g'], []],
    [['Cache-Groups', 'g'], []],
  ])('are from %j %j', (headers, expected) => {
    expect(tags(headers)).toEqual(expected);
  });

  it('are at least 32 groups, and a bounded number', () => {
    const field = Array.from({ length: 1000 }, (_, index) => `"${index}"`).join(', ');
    expect(tags(['Cache-Groups', field])).toHaveLength(128);
    expect(drops('POST', 200, ['Cache-Group-Invalidation', field]).length).toBeLessThanOrEqual(130);
  });

  it('cannot be taken for the name of a URL or of a group', () => {
    const forged = tags(['Cache-Tag', URL_TAG.slice(1), 'Surrogate-Key', '\0["x"]']);
    expect(forged).not.toContain(URL_TAG);
    expect(groupTag('http://a.example', 'x')).not.toBe(urlTag('http://a.example/x'));
    expect(groupTag('a', 'b')).not.toBe(groupTag('a","b', ''));
  });
});
