import { expect, test } from 'vitest';
import { readSource } from '../../src/data/source.ts';

test('the packages give all cities, each in a known country, and only countries with cities', async () => {
  const { cities, countries } = await readSource();
  expect(cities.length).toBeGreaterThan(135_000);
  expect(new Set(countries.map(({ code }) => code))).toEqual(new Set(cities.map(({ country }) => country)));
  expect(cities.find(({ id }) => id === 2950159)).toEqual({
    id: 2950159,
    name: 'Berlin',
    country: 'DE',
    kind: 'PPLC',
    population: 3_426_354,
    lat: 52.52437,
    lon: 13.41053,
  });
  expect(countries.find(({ code }) => code === 'CH')).toMatchObject({
    name: 'Switzerland',
    continent: 'Europe',
    languages: expect.arrayContaining(['German', 'French', 'Italian']) as string[],
  });
});
