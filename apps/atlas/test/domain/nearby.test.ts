import { expect, test } from 'vitest';
import type { Neighbour } from '../../src/domain/model.ts';
import { bearing, distance } from '../../src/domain/sphere.ts';
import { createTestAtlas, type TestAtlas } from '../support/atlas.ts';
import { ids } from '../support/rows.ts';

async function neighboursOf({ atlas }: TestAtlas, id: number): Promise<readonly Neighbour[]> {
  const city = await atlas.city(id);
  return city ? atlas.nearby(city) : [];
}

test('the nearest twelve come by distance, without the city itself', async () => {
  const neighbours = await neighboursOf(createTestAtlas(), ids.berlin);
  const kilometres = neighbours.map((neighbour) => neighbour.kilometres);
  expect(neighbours).toHaveLength(12);
  expect(neighbours[0]?.city.name).toBe('Potsdam');
  expect(neighbours[1]?.city.name).toBe('Hamburg');
  expect(kilometres).toEqual([...kilometres].sort((a, b) => a - b));
  expect(neighbours.map(({ city }) => city.id)).not.toContain(ids.berlin);
});

test('the date line does not part neighbours', async () => {
  const neighbours = await neighboursOf(createTestAtlas(), 2204582);
  expect(neighbours.slice(0, 2).map(({ city }) => city.name)).toEqual(['Suva', 'Mata-Utu']);
});

test('simultaneous questions are answered by one scan', async () => {
  const test = createTestAtlas();
  const answers = await Promise.all(Array.from({ length: 50 }, () => neighboursOf(test, ids.berlin)));
  expect(new Set(answers).size).toBe(1);
  expect(test.takeLoads()).toEqual([`city,${ids.berlin}`, `nearby,${ids.berlin}`]);
});

test("a neighbour's change makes the list invalid, another city's does not", async () => {
  const test = createTestAtlas();
  await neighboursOf(test, ids.berlin);
  test.takeLoads();
  await test.cache.invalidateTags([`city:${ids.reykjavik}`]);
  await neighboursOf(test, ids.berlin);
  expect(test.takeLoads()).toEqual([]);
  await test.cache.invalidateTags([`city:${ids.potsdam}`]);
  await neighboursOf(test, ids.berlin);
  expect(test.takeLoads()).toEqual([`nearby,${ids.berlin}`]);
});

const berlin = { lat: 52.52437, lon: 13.41053 };

test('distances are those of the globe', () => {
  expect(distance(berlin, berlin)).toBe(0);
  expect(distance(berlin, { lat: 48.85341, lon: 2.3488 })).toBeCloseTo(878, 0);
  expect(distance({ lat: 0, lon: 0 }, { lat: 0, lon: 180 })).toBeCloseTo(Math.PI * 6371, 6);
  expect(distance({ lat: -17, lon: 179.9 }, { lat: -17, lon: -179.9 })).toBeLessThan(22);
});

test.each([
  [{ lat: 53, lon: 13.41053 }, 0],
  [{ lat: 51, lon: 13.41053 }, 180],
])('the way to %o begins at %i degrees', (to, degrees) => {
  expect(bearing(berlin, to)).toBeCloseTo(degrees, 6);
});

test('east is right, also across the date line', () => {
  expect(bearing({ lat: 0, lon: 179 }, { lat: 0, lon: -179 })).toBeCloseTo(90, 6);
  expect(bearing({ lat: 0, lon: -179 }, { lat: 0, lon: 179 })).toBeCloseTo(270, 6);
});
