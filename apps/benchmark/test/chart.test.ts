import { expect, test } from 'vitest';
import { drawChart, type Point } from '../src/latency/chart.ts';

const point = (series: string, missRate: number, p50Ms: number): Point => ({
  series,
  missRate,
  p50Ms,
  p90Ms: p50Ms * 2,
  p99Ms: p50Ms * 10,
});

test('a chart has a line per series in each panel, at the places that their times have', () => {
  const svg = drawChart(
    'times',
    ['near', 'far'],
    [point('near', 0, 0.001), point('near', 1, 0.001), point('far', 0, 0.01), point('far', 1, 0.1)],
  );
  const lines = [...svg.matchAll(/<g class="s(\d)"><polyline points="([^"]*)"/g)].map(([, series, places]) => ({
    series,
    places: (places ?? '').split(' ').map((place) => place.split(',').map(Number)),
  }));
  expect(lines.map(({ series }) => series)).toEqual(['0', '1', '0', '1', '0', '1']);
  const [near, far] = lines.map(({ places }) => places);
  // The scale goes from 1 µs at the bottom to 1 ms at the top.
  expect(near).toEqual([
    [64, 304],
    [264, 304],
  ]);
  expect(far?.map(([, y]) => y)).toEqual([224.7, 145.3]);
});

test('a chart keeps the colour of a series that others are missing beside, and names only what is there', () => {
  const svg = drawChart('times', ['absent', 'there'], [point('there', 0, 1), point('there', 1, 1)]);
  expect(svg).toContain('<g class="s1">');
  expect(svg).not.toContain('absent');
});

test('names and titles cannot break out of the picture', () => {
  const svg = drawChart('a <b> & "c"', ['<script>'], [point('<script>', 0, 1), point('<script>', 1, 2)]);
  expect(svg).not.toContain('<b>');
  expect(svg).not.toContain('<script>');
  expect(svg).toContain('aria-label="a &#60;b&#62; &#38; &#34;c&#34;"');
});

test('names that would cover each other are moved apart', () => {
  const names = ['a', 'b', 'c'];
  const svg = drawChart(
    'times',
    names,
    names.flatMap((name) => [point(name, 0, 1), point(name, 1, 1)]),
  );
  const places = [...svg.matchAll(/class="name n\d" x="[\d.]+" y="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(places).toHaveLength(3);
  for (const [index, y] of places.slice(1).entries()) expect(y - (places[index] ?? 0)).toBeGreaterThanOrEqual(16);
});
