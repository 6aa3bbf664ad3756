import { expect, test } from 'vitest';
import {
  formatBearing,
  formatCount,
  formatCurrency,
  formatDay,
  formatDistance,
  formatPosition,
  formatSpan,
} from '../../src/views/format.ts';

test.each([
  [0, 'under 1 ms'],
  [9, '9 ms'],
  [9.94, '9.9 ms'],
  [182.4, '182 ms'],
  [17_000, '17 s'],
  [119_400, '119 s'],
  [600_000, '10 min'],
  [7_200_000, '2 h'],
])('a span of %d ms is %s', (milliseconds, text) => {
  expect(formatSpan(milliseconds)).toBe(text);
});

test.each([
  [{ lat: 52.52437, lon: 13.41053 }, '52°31′ N, 13°25′ E'],
  [{ lat: -23.5475, lon: -46.63611 }, '23°33′ S, 46°38′ W'],
  [{ lat: 0.999, lon: 0 }, '1°00′ N, 0°00′ E'],
])('%o is %s', (position, text) => {
  expect(formatPosition(position)).toBe(text);
});

test.each([
  [0, 'N'],
  [22, 'N'],
  [23, 'NE'],
  [180, 'S'],
  [337, 'NW'],
  [338, 'N'],
  [359.9, 'N'],
])('%d degrees is %s', (degrees, wind) => {
  expect(formatBearing(degrees)).toBe(wind);
});

test('counts have their plural', () => {
  expect([0, 1, 2345].map((count) => formatCount(count, 'city', 'cities'))).toEqual([
    '0 cities',
    '1 city',
    '2,345 cities',
  ]);
});

test('distances are exact when near', () => {
  const distances = [0.64, 9.96, 12.4, 1234.5];
  expect(distances.map((each) => formatDistance(each, 'km'))).toEqual(['0.6 km', '10.0 km', '12 km', '1,235 km']);
  expect(distances.map((each) => formatDistance(each, 'mi'))).toEqual(['0.4 mi', '6.2 mi', '7.7 mi', '767 mi']);
});

test('currencies have names, unknown ones their code', () => {
  expect(formatCurrency('EUR')).toBe('Euro');
  expect(formatCurrency('QQQ')).toBe('QQQ');
});

test('days do not depend on where the server stands', () => {
  expect(formatDay(Date.UTC(2024, 1, 29, 23, 59))).toBe('February 29, 2024');
});
