import { expect, test } from 'vitest';
import { createTestAtlas } from '../support/atlas.ts';

test.each([
  ['sao', ['São Paulo', 'São Bernardo do Campo']],
  ['SÃO PAULO', ['São Paulo']],
  ['etienne', ['Saint-Étienne']],
  ['saint etienne', ['Saint-Étienne']],
  ['isafjordur', ['Ísafjörður']],
  ['do campo', ['São Bernardo do Campo']],
  ['ampo', []],
  ['100%', []],
  ['dorf_1', ['Dorf 1', 'Dorf 10', 'Dorf 11']],
  ["'; DROP TABLE cities; --", []],
])('%j finds %j', async (text, names) => {
  const { atlas } = createTestAtlas();
  const { items } = await atlas.search(text, 1);
  expect(items.slice(0, 3).map(({ name }) => name)).toEqual(names);
});

test('a name that matches as a whole comes first', async () => {
  const { atlas } = createTestAtlas();
  const { items } = await atlas.search('dorf 3', 1);
  expect(items.slice(0, 3).map(({ name }) => name)).toEqual(['Dorf 3', 'Dorf 30', 'Dorf 31']);
});

test('pages have a total and do not overlap', async () => {
  const { atlas } = createTestAtlas();
  const slices = await Promise.all([1, 2, 3].map((page) => atlas.search('dorf', page)));
  expect(slices.map(({ total, pages, items }) => [total, pages, items.length])).toEqual([
    [45, 3, 20],
    [45, 3, 20],
    [45, 3, 5],
  ]);
  expect(new Set(slices.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(45);
});

test('spellings of one search share one value', async () => {
  const { atlas, takeLoads } = createTestAtlas();
  await atlas.search('Saint-Étienne', 1);
  await atlas.search('SAINT ETIENNE', 1);
  expect(takeLoads()).toEqual(['search,saint etienne,1']);
});

test('a text without letters and digits finds nothing and asks nobody', async () => {
  const { atlas, takeLoads } = createTestAtlas();
  expect(await atlas.search('-- %', 1)).toEqual({ items: [], total: 0, page: 1, pages: 1 });
  expect(takeLoads()).toEqual([]);
});
