import { type Cities, createCities } from './cities.ts';
import { type Countries, createCountries } from './countries.ts';
import { createFavourites, type Favourites } from './favourites.ts';
import { createNearby, type Nearby } from './nearby.ts';
import { createSearch, type Search } from './search.ts';
import type { Sources } from './sources.ts';
import { createVisits, type Visits } from './visits.ts';

/** All that a server of the atlas needs to know. */
export type Atlas = Countries & Cities & Search & Nearby & Favourites & Visits;

/** Creates the atlas on a database and a cache. */
export function createAtlas(sources: Sources): Atlas {
  return {
    ...createCountries(sources),
    ...createCities(sources),
    ...createSearch(sources),
    ...createNearby(sources),
    ...createFavourites(sources),
    ...createVisits(sources),
  };
}
