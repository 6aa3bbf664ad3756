import { expect, it } from 'vitest';
import type { Backend } from '../../../src/index.ts';
import type { FragmentEngine } from './engine.ts';
import type { Template } from './template.ts';
import { CITIES, type City, city, openWorld, readsOf, type World } from './world.ts';

/** A list of countries with lists of cities, each one a fragment. */
const COUNTRIES: Template = [
  {
    each: 'countries',
    as: 'country',
    body: [
      {
        cache: 'country',
        vary: ['country.id'],
        body: [
          '<h2>',
          { print: 'country.name' },
          '</h2>',
          {
            each: 'country.cities',
            as: 'city',
            body: [
              {
                cache: 'city',
                vary: ['city.id'],
                options: { tags: '=city.tag', ttl: '5m' },
                body: [{ index: true }, { print: 'city.name' }],
              },
            ],
          },
        ],
      },
    ],
  },
];

interface Country extends City {
  readonly cities: readonly City[];
}

function country(id: number, cities: readonly City[]): Country {
  return Object.defineProperties({} as Country, {
    ...Object.getOwnPropertyDescriptors(city(id, `country ${id}`)),
    cities: { value: cities, enumerable: true },
  });
}

/** Fragments in fragments, and pages around them. */
export function nestingCases(engine: FragmentEngine, open: () => Backend): void {
  const setUp = (): World & { cities: City[]; countries: Country[]; page: () => Promise<string> } => {
    const world = openWorld(engine, open());
    const cities = [1, 2, 3, 4].map((id) => city(id));
    const countries = [country(10, cities.slice(0, 2)), country(20, cities.slice(2))];
    return { ...world, cities, countries, page: () => world.render(COUNTRIES, { countries }) };
  };
  /** What a template reads of an outer block each time it runs. */
  const ran = (counts: number[]): boolean[] => counts.map((count) => count > 0);
  const since = (cities: readonly City[], before: number[]): boolean[] =>
    ran(readsOf(cities).map((count, index) => count - (before[index] ?? 0)));

  it('renders blocks within blocks, as without a cache', async () => {
    const { page, cities } = setUp();
    const html = '<h2>country 10</h2>0city 11city 2<h2>country 20</h2>0city 31city 4';
    for (let time = 0; time < 2; time += 1) expect(await page()).toBe(html);
    expect(readsOf(cities)).toEqual([1, 1, 1, 1]);
  });

  it('renders anew what was invalidated and what is around it, and nothing beside it', async () => {
    const { page, cities, countries, cache } = setUp();
    await page();
    const before = readsOf(countries);
    await cache.invalidateTags(['city:2']);
    await page();
    expect(readsOf(cities)).toEqual([1, 2, 1, 1]);
    expect(since(countries, before)).toEqual([true, false]);
  });

  it('does the same by the name of the fragment', async () => {
    const { page, cities, countries, fragments } = setUp();
    await page();
    const before = readsOf(countries);
    await fragments.invalidateFragment('city', [3]);
    await page();
    expect(readsOf(cities)).toEqual([1, 1, 2, 1]);
    expect(since(countries, before)).toEqual([false, true]);
  });

  it('leaves the inner ones when the outer one goes, and finds them in one call', async () => {
    const { page, cities, fragments, calls, near } = setUp();
    await page();
    await fragments.invalidateFragment('country', [10]);
    calls.length = 0;
    await page();
    expect(readsOf(cities)).toEqual([1, 1, 1, 1]);
    const lookUps = calls.filter((call) => call.startsWith('get'));
    // The two countries, and then the two cities of the first.
    expect(near ? new Set(lookUps) : lookUps).toEqual(near ? new Set(['get']) : ['getMany 2', 'getMany 2']);
  });

  it('lives no longer than what is in it', async () => {
    const { page, cities, clock } = setUp();
    await page();
    clock.advance(300_000);
    await page();
    expect(readsOf(cities)).toEqual([2, 2, 2, 2]);
  });

  it('raises tags and lifetimes to what is made of the page, from hits too', async () => {
    const { render, cache, clock } = openWorld(engine, open());
    const cities = [city(1), city(2)];
    const page = (): Promise<string> => cache.getOrSet('page', () => render(CITIES, { cities }));
    for (let time = 0; time < 2; time += 1) {
      await page();
      expect((await cache.entry('page'))?.tags).toEqual(expect.arrayContaining(['city:1', 'city:2']));
      await cache.delete('page');
    }
    await page();
    await cache.invalidateTags(['city:2']);
    expect(await cache.has('page')).toBe(false);
    await page();
    clock.advance(300_000);
    expect(await cache.has('page')).toBe(false);
    expect(readsOf(cities)).toEqual([1, 2]);
  });
}
