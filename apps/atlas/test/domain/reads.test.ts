import { expect, test } from 'vitest';
import { createTestAtlas } from '../support/atlas.ts';
import { ids } from '../support/rows.ts';

test('countries come by name, with their cities counted, and are read once', async () => {
  const { atlas, takeLoads } = createTestAtlas();
  const countries = await atlas.countries();
  expect(countries.map(({ name, cities }) => [name, cities])).toEqual([
    ['Brazil', 2],
    ['Fiji', 2],
    ['France', 3],
    ['Germany', 49],
    ['Iceland', 2],
    ['Wallis and Futuna', 1],
  ]);
  expect(await atlas.countries()).toBe(countries);
  expect(takeLoads()).toEqual(['countries']);
});

test('a country has its lists back', async () => {
  const { atlas } = createTestAtlas();
  expect(await atlas.country('IS')).toEqual({
    code: 'IS',
    name: 'Iceland',
    native: 'Ísland',
    continent: 'Europe',
    capital: 'Reykjavik',
    currencies: ['EUR'],
    languages: ['German'],
    phones: [49],
    cities: 2,
  });
});

test('a city knows its country', async () => {
  const { atlas } = createTestAtlas();
  expect(await atlas.city(ids.reykjavik)).toEqual({
    id: ids.reykjavik,
    name: 'Reykjavík',
    kind: 'PPLC',
    country: 'IS',
    countryName: 'Iceland',
    population: 118_918,
    lat: 64.13548,
    lon: -21.89541,
  });
});

test('what does not exist is null, and is remembered', async () => {
  const { atlas, takeLoads } = createTestAtlas();
  expect(await atlas.city(1)).toBeNull();
  expect(await atlas.city(1)).toBeNull();
  expect(await atlas.country('XX')).toBeNull();
  expect(await atlas.country('XX')).toBeNull();
  expect(takeLoads()).toEqual(['city,1', 'country,XX']);
});

test("a country's cities come by population, page by page", async () => {
  const { atlas } = createTestAtlas();
  const first = await atlas.citiesOf('DE', 1);
  const second = await atlas.citiesOf('DE', 2);
  expect(first).toMatchObject({ total: 49, page: 1, pages: 2 });
  expect(first.items.slice(0, 4).map(({ name }) => name)).toEqual(['Berlin', 'Hamburg', 'München', 'Potsdam']);
  expect(second.items.map(({ name }) => name)).toEqual(
    ['37', '38', '39', '40', '41', '42', '43', '44', '45'].map((number) => `Dorf ${number}`),
  );
  expect((await atlas.citiesOf('DE', 3)).items).toEqual([]);
});

test("a city's rank counts the bigger ones of its country", async () => {
  const { atlas } = createTestAtlas();
  const potsdam = await atlas.city(ids.potsdam);
  expect(potsdam && (await atlas.rank(potsdam))).toBe(4);
});

test('inhabited cells hold the cities, each cell once', async () => {
  const { atlas } = createTestAtlas();
  const cells = await atlas.inhabitedCells();
  expect(cells).toContainEqual({ lat: 51, lon: 12 });
  expect(cells).toContainEqual({ lat: -24, lon: -48 });
  expect(new Set(cells.map(({ lat, lon }) => `${lat} ${lon}`)).size).toBe(cells.length);
});
