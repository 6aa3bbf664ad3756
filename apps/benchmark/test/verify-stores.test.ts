import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCache, memory } from '@cache/core';
import { fakeClock } from '@cache/core/testing';
import { measureLatencies } from '../src/latency/workload.ts';
import { type City, cityOf } from '../src/memory/city.ts';
import { createStoreSetting, type StoreContender, type StoreSubject } from '../src/stores/contender.ts';
import { openPlaces, type Places } from '../src/stores/place.ts';
import { storeScenarios } from '../src/stores/families.ts';
import { readOne, readTwenty } from '../src/stores/scenario.ts';
import { timeCallers } from '../src/stores/timing.ts';
import { verifyStore } from '../src/stores/verify.ts';

describe.each(['redis', 'sqlite'] as const)('%s', (family) => {
  let places: Places;
  beforeAll(async () => {
    places = await openPlaces(family);
  }, 200_000);
  afterAll(() => places.close());

  const contenders = new Map<string, StoreContender>();
  for (const scenario of storeScenarios[family]) {
    for (const contender of scenario.contenders) contenders.set(contender.name, contender);
  }

  test.each([...contenders.values()])('$name answers rightly', async ({ create }) => {
    const subject = await create(createStoreSetting(await places.next(), 10));
    try {
      expect(await verifyStore(subject)).toBeUndefined();
    } finally {
      await subject.close();
    }
  });
});

describe('a contender is rejected that', () => {
  const working = (): StoreSubject => {
    const cities = new Map<number, City>();
    return {
      read: (id) => cities.get(id),
      readMany: async (ids) => ids.map((id) => cities.get(id)),
      write: (id, city) => cities.set(id, city),
      close: () => {},
    };
  };

  test('works, never', async () => {
    expect(await verifyStore(working())).toBeUndefined();
  });

  test.each<[string, Partial<StoreSubject>, string]>([
    ['invents', { read: cityOf }, 'read 3 gave something that nobody stored'],
    ['stores nothing', { write: () => {} }, 'read 4 did not give what was set'],
    ['loses the order of several', { readMany: async () => [cityOf(3), null, cityOf(4)] }, 'reading three at once'],
  ])('%s', async (_title, fault, wrong) => {
    expect(await verifyStore({ ...working(), ...fault })).toContain(wrong);
  });

  test('answers wrongly only while it is timed', async () => {
    const budget = { warmUpMs: 0, measureMs: 0 };
    const liar = { ...working(), read: () => cityOf(-1), readMany: async () => [] };
    await expect(timeCallers(2, budget, readOne(liar))).rejects.toThrow('a read did not give the right city');
    await expect(timeCallers(2, budget, readTwenty(liar))).rejects.toThrow('a read did not give the right cities');
  });
});

test('every caller is timed, and each turn is another', async () => {
  const turns: number[] = [];
  const operation = async (turn: number): Promise<void> => void turns.push(turn);
  await timeCallers(3, { warmUpMs: 0, measureMs: 0 }, operation);
  expect(turns).toEqual([0, 1, 2, 0, 1, 2]);
});

test('a latency is only counted if the share of misses is right', async () => {
  const budget = { warmUpMs: 0, measureMs: 20 };
  const cache = createCache({ ttl: '1h' });
  const { get, set } = await measureLatencies(cache, 0.5, budget);
  expect(get.p99Ms).toBeGreaterThanOrEqual(get.p50Ms);
  expect(set.p50Ms).toBeGreaterThan(0);
  const forgetful = createCache({ backend: memory({ maxEntries: 10 }), clock: fakeClock() });
  await expect(measureLatencies(forgetful, 0, budget)).rejects.toThrow('was a miss');
});
