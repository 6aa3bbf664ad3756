import { describe, expect, it } from 'vitest';
import { cached } from '../../src/index.ts';
import { applicationWrites } from '../../src/strategies/index.ts';
import { deferred, failureOf, flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';
import { type City, LISBON, mapTable, watched } from './support/city-table.ts';

expectNoUnhandledRejections();

function prepare(options: object = {}) {
  const { cache, clock } = testCache();
  const table = watched(mapTable());
  const cities = applicationWrites(cache, { load: table.source.load }, { name: 'city', ttl: 1_000, ...options });
  /** Code that saves as the application likes. */
  const save = async (city: City): Promise<City> => {
    await table.write(city);
    return city;
  };
  return { cache, clock, table, cities, save };
}

describe('write', () => {
  it('caches what the code returns, and answers it', async () => {
    const { cities, table, save } = prepare();
    expect(await cities.get(5)).toBeUndefined();
    expect(await cities.write(5, () => save(LISBON))).toBe(LISBON);
    expect(await cities.get(5)).toEqual(LISBON);
    expect(table.calls).toEqual(['load 5']);
  });

  it('forgets what was there if the code returns nothing', async () => {
    const { cities, table, save } = prepare();
    await cities.write(5, () => save(LISBON));
    await cities.write(5, async () => {
      await table.write({ ...LISBON, name: 'Lisboa' });
    });
    expect((await cities.get(5))?.name).toBe('Lisboa');
    await cities.write(5, () => null);
    expect(table.calls).toEqual(['load 5']);
    await cities.get(5);
    expect(table.calls).toEqual(['load 5', 'load 5']);
  });

  it('forgets what was there if the code throws, and throws it', async () => {
    const { cities, table, save } = prepare();
    await cities.write(5, () => save(LISBON));
    const reason = new Error('after the commit');
    const failing = cities.write(5, async () => {
      await table.write({ ...LISBON, name: 'Lisboa' });
      throw reason;
    });
    expect(await failureOf(failing)).toBe(reason);
    expect((await cities.get(5))?.name).toBe('Lisboa');
  });

  it('forgets what was there if a function of the options throws afterwards', async () => {
    const invalidates = (_: number, city: City | undefined) => [city?.name ?? ''];
    const { cities, cache, save } = prepare({ invalidates });
    await cities.write(5, () => save(LISBON));
    await expect(cities.write(5, () => undefined)).rejects.toMatchObject({ option: 'invalidates' });
    expect(await cache.get(cities.keyOf(5))).toBeUndefined();
    await cities.write(5, () => save(LISBON));
    expect(await cache.get(cities.keyOf(5))).toEqual(LISBON);
  });

  it('is never ahead, nor behind a load that began before', async () => {
    const { cities, cache, table } = prepare();
    const [first, second] = [deferred<City>(), deferred<City>()];
    const writing = [cities.write(5, () => first.promise), cities.write(5, () => second.promise)];
    await flush();
    second.resolve(LISBON);
    first.resolve({ ...LISBON, name: 'earlier or later' });
    await Promise.all(writing);
    expect(await cache.get(cities.keyOf(5))).toBeUndefined();
    const reading = cities.get(5);
    await cities.write(5, () => LISBON);
    await reading;
    expect(await cache.get(cities.keyOf(5))).toEqual(LISBON);
    expect(table.calls).toEqual(['load 5']);
  });

  it('depends on what the code reads, and takes away what was made from the value', async () => {
    const { cities, cache, clock, save } = prepare();
    const country = cached(cache, { name: 'country', tags: ['country:PT'], ttl: 400 }, () => 'PT');
    const page = () => cache.getOrSet('page', async () => `page of ${(await cities.get(5))?.name}`);
    expect(await page()).toBe('page of undefined');
    await cities.write(5, async () => {
      await country();
      return save(LISBON);
    });
    expect(await page()).toBe('page of Lisbon');
    clock.advance(400);
    expect(await cache.get(cities.keyOf(5))).toBeUndefined();
    await cities.write(5, async () => {
      await country();
      return save(LISBON);
    });
    await cache.invalidateTags(['country:PT']);
    expect(await cache.get(cities.keyOf(5))).toBeUndefined();
  });
});

describe('writeLater', () => {
  it('answers the value once the job is in the queue, and the job settles it', async () => {
    const { cities, table, save, clock } = prepare();
    const jobs: { readonly id: string; readonly city: City }[] = [];
    await cities.writeLater(5, LISBON, ({ id }) => void jobs.push({ id, city: LISBON }));
    expect(await cities.get(5)).toEqual(LISBON);
    expect(await table.read(5)).toBeUndefined();
    for (const { city } of jobs) await cities.write(city.id, () => save(city));
    clock.advance(1_000);
    expect(await cities.get(5)).toEqual(LISBON);
    expect(jobs[0]?.id).toMatch(/^[\da-f-]{36}$/);
  });

  it('leaves no value if the job did not get into the queue', async () => {
    const { cities, cache } = prepare();
    const reason = new Error('The queue is full.');
    const failing = cities.writeLater(5, LISBON, () => Promise.reject(reason));
    expect(await failureOf(failing)).toBe(reason);
    expect(await cache.get(cities.keyOf(5))).toBeUndefined();
  });

  it('does not cover what a job wrote that was quicker', async () => {
    const { cities, cache, save } = prepare();
    const newer = { ...LISBON, name: 'as the job stored it' };
    await cities.writeLater(5, LISBON, () => cities.write(5, () => save(newer)));
    expect((await cache.get<City>(cities.keyOf(5))) ?? newer).toEqual(newer);
    expect(await cities.get(5)).toEqual(newer);
  });

  it('refuses what is no value and no function, before anything happens', async () => {
    const { cities } = prepare();
    const refused = (code: string) => ({ code }) as object;
    await expect(cities.writeLater(5, null as unknown as City, () => {})).rejects.toMatchObject(
      refused('ERR_CACHE_VALUE'),
    );
    await expect(cities.writeLater(5, LISBON, 1 as unknown as () => void)).rejects.toMatchObject({ option: 'enqueue' });
    await expect(cities.write(5, 1 as unknown as () => City)).rejects.toMatchObject({ option: 'save' });
  });
});
