import { type Cities, createCities } from './cities.ts';
import { type Countries, createCountries } from './countries.ts';
import { createFavourites, type Favourites } from './favourites.ts';
import { createNearby, type Nearby } from './nearby.ts';
import { createSearch, type Search } from './search.ts';
import { createSettings, type Settings } from './settings.ts';
import { createVisits, type Visits, type VisitSources } from './visits.ts';

/** All that a server of the atlas needs to know. */
export type Atlas = Countries & Cities & Search & Nearby & Favourites & Settings & Visits;

/** Creates the atlas on a database, a cache and a journal for what waits for the database. */
export function createAtlas(sources: VisitSources): Atlas {
  return {
    ...createCountries(sources),
    ...createCities(sources),
    ...createSearch(sources),
    ...createNearby(sources),
    ...createFavourites(sources),
    ...createSettings(sources),
    ...createVisits(sources),
  };
}
