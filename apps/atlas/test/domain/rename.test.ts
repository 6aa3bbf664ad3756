import { expect, test } from 'vitest';
import { createTestAtlas } from '../support/atlas.ts';
import { ids } from '../support/rows.ts';

const { saoPaulo, saintEtienne } = ids;

test('a new name is in all that shows the city, at once', async () => {
  const { atlas } = createTestAtlas();
  const namesIn = async (): Promise<string[]> => {
    const city = await atlas.city(saintEtienne);
    const { items } = await atlas.citiesOf('FR', 1);
    const nantes = await atlas.city(2990969);
    const neighbours = nantes === null ? [] : await atlas.nearby(nantes);
    const favourites = await atlas.favourites('ada');
    const shown = [city, ...items, ...neighbours, ...favourites].flatMap(
      (one) => one && ('city' in one ? one.city : one),
    );
    return shown.flatMap((one) => (one?.id === saintEtienne ? one.name : []));
  };
  await atlas.addFavourite('ada', saintEtienne);
  expect(await namesIn()).toEqual(Array.from({ length: 4 }, () => 'Saint-Étienne'));

  expect(await atlas.renameCity(saintEtienne, 'Armeville')).toBe(true);
  expect(await namesIn()).toEqual(Array.from({ length: 4 }, () => 'Armeville'));
});

test('searches find the new name and no longer the old one; those that cannot find either stay', async () => {
  const { atlas, takeLoads } = createTestAtlas();
  const texts = ['s', 'sa', 'sao', 'sao paulo', 'paulo', 'p', 'novo', 'no', 'nov', 'lambasa', 'suva', 'bernardo'];
  const found = async (): Promise<string[]> => {
    const matching: string[] = [];
    for (const text of texts) {
      const { items } = await atlas.search(text, 1);
      if (items.some(({ id }) => id === saoPaulo)) matching.push(text);
    }
    return matching;
  };
  expect(await found()).toEqual(['s', 'sa', 'sao', 'sao paulo', 'paulo', 'p']);
  takeLoads();

  await atlas.renameCity(saoPaulo, 'Porto Novo');
  expect(await found()).toEqual(['p', 'novo', 'no', 'nov']);
  expect(takeLoads()).not.toEqual(expect.arrayContaining([expect.stringMatching(/lambasa|suva|bernardo/)]));
});

test('a city that is not there has no name', async () => {
  expect(await createTestAtlas().atlas.renameCity(1, 'Nowhere')).toBe(false);
});
