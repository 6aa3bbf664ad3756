import { expect, test } from 'vitest';
import { favouritesLimit } from '../../src/domain/favourites.ts';
import { createTestAtlas, type TestAtlas } from '../support/atlas.ts';
import { ids } from '../support/rows.ts';

async function namesOf({ atlas }: TestAtlas, visitor: string): Promise<string[]> {
  return (await atlas.favourites(visitor)).map(({ city }) => city.name);
}

test('a favourite is in the list of its visitor only, and is counted', async () => {
  const test = createTestAtlas();
  const { atlas } = test;
  expect(await atlas.addFavourite('ada', ids.berlin)).toBe('added');
  expect(await atlas.addFavourite('bob', ids.berlin)).toBe('added');
  expect(await atlas.addFavourite('bob', ids.reykjavik)).toBe('added');
  expect(await namesOf(test, 'ada')).toEqual(['Berlin']);
  expect((await namesOf(test, 'bob')).sort()).toEqual(['Berlin', 'Reykjavík']);
  expect(await atlas.favouriteCount(ids.berlin)).toBe(2);
  expect(await atlas.favouriteCount(ids.potsdam)).toBe(0);
});

test('a change reaches cached lists and counts at once, and leaves the others alone', async () => {
  const test = createTestAtlas();
  const { atlas, takeLoads } = test;
  const readAll = async (): Promise<void> => {
    await atlas.favourites('ada');
    await atlas.favourites('bob');
    await atlas.favouriteCount(ids.berlin);
    await atlas.favouriteCount(ids.potsdam);
  };
  await readAll();
  takeLoads();

  await atlas.addFavourite('ada', ids.berlin);
  await readAll();
  expect(takeLoads()).toEqual([`favourite count,${ids.berlin}`, 'favourites,ada']);
  expect(await namesOf(test, 'ada')).toEqual(['Berlin']);

  await atlas.removeFavourite('ada', ids.berlin);
  await readAll();
  expect(takeLoads()).toEqual([`favourite count,${ids.berlin}`, 'favourites,ada']);
  expect(await namesOf(test, 'ada')).toEqual([]);
  expect(await atlas.favouriteCount(ids.berlin)).toBe(0);
});

test('what changes nothing invalidates nothing', async () => {
  const { atlas, cache } = createTestAtlas();
  await atlas.addFavourite('ada', ids.berlin);
  const invalidated: (readonly string[])[] = [];
  cache.on('invalidate', ({ tags }) => invalidated.push(tags));
  expect(await atlas.addFavourite('ada', ids.berlin)).toBe('present');
  expect(await atlas.addFavourite('ada', 1)).toBe('unknown city');
  expect(await atlas.removeFavourite('bob', ids.berlin)).toBe(false);
  expect(invalidated).toEqual([]);
});

test('a list has an end', async () => {
  const { atlas, database } = createTestAtlas();
  const insert = database.prepare(
    'INSERT INTO cities SELECT ?, name, folded, country, kind, 0, lat, lon FROM cities LIMIT 1',
  );
  for (let id = 1; id <= favouritesLimit; id += 1) {
    insert.run(id);
    expect(await atlas.addFavourite('ada', id)).toBe('added');
  }
  expect(await atlas.addFavourite('ada', ids.berlin)).toBe('full');
  expect(await atlas.addFavourite('ada', 1)).toBe('present');
  expect(await atlas.addFavourite('bob', ids.berlin)).toBe('added');
});
