import { expect, test } from 'vitest';
import {
  isPagePath,
  parseCityId,
  parseCountryCode,
  parsePage,
  parseSearch,
  queryOf,
  safeReturn,
} from '../../src/site/input.ts';

test.each([
  ['2950159', 2950159],
  ['0', undefined],
  ['01', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['abc', undefined],
  ['12345678901', undefined],
])('the city %j is %j', (text, id) => {
  expect(parseCityId(text)).toBe(id);
});

test.each([
  ['DE', 'DE'],
  ['de', undefined],
  ['D', undefined],
  ['DEU', undefined],
  ['D%', undefined],
])('the country %j is %j', (text, code) => {
  expect(parseCountryCode(text)).toBe(code);
});

test.each([
  ['', 1],
  ['page=1', 1],
  ['page=182', 182],
  ['page=0', undefined],
  ['page=-1', undefined],
  ['page=1.5', undefined],
  ['page=1e9', undefined],
  ['page=999999', undefined],
  ['page=', undefined],
])('the page of %j is %j', (query, page) => {
  expect(parsePage(new URLSearchParams(query))).toBe(page);
});

test.each([
  ['', ''],
  ['q=+Berlin+', 'Berlin'],
  ['q=S%C3%A3o', 'São'],
  ['q=S%E3o', undefined],
  ['q=a%00b', undefined],
  [`q=${'a'.repeat(80)}`, 'a'.repeat(80)],
  [`q=${'a'.repeat(81)}`, undefined],
])('the text of %j is %j', (query, text) => {
  expect(parseSearch(new URLSearchParams(query))).toBe(text);
});

test('the query begins at the first question mark', () => {
  expect(queryOf('/search?q=a?b').get('q')).toBe('a?b');
  expect(queryOf('/search').get('q')).toBeNull();
});

test.each(['/', '/search', '/favourites', '/countries/DE', '/cities/2950159'])('%s is a page', (path) => {
  expect(isPagePath(path)).toBe(true);
});

test.each(['', '//evil.example', '/search/', '/cities/0', '/cities/1/x', '/visits.json', '/countries/de'])(
  '%j is no page',
  (path) => {
    expect(isPagePath(path)).toBe(false);
  },
);

test.each([
  ['back=/cities/5', '/cities/5'],
  ['back=//evil.example/cities/5', '/'],
  ['back=https://evil.example/', '/'],
  ['back=/%5Cevil.example', '/'],
  ['back=/%0d%0aset-cookie:a', '/'],
  ['', '/'],
])('the way back of %j is %s', (query, path) => {
  expect(safeReturn(new URLSearchParams(query), '/')).toBe(path);
});
