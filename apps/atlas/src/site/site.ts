import type { Cache } from '@cache/core';
import { createFragments } from '@cache/core/fragments';
import type { Atlas } from '../domain/atlas.ts';
import { lasting } from '../domain/sources.ts';
import { cityView } from '../views/city.ts';
import { countriesView } from '../views/countries.ts';
import { countryView } from '../views/country.ts';
import { favouritesView } from '../views/favourites.ts';
import { Html } from '../views/html.ts';
import { layout } from '../views/layout.ts';
import type { AssetUrls, View } from '../views/page.ts';
import { errorView, notFoundView } from '../views/problem.ts';
import { searchView } from '../views/search.ts';
import { worldPicture } from '../views/world.ts';
import { longestSearch, parseCityId, parseCountryCode, parsePage, parseSearch } from './input.ts';
import { createPieces } from './pieces.ts';
import { createReadCollector } from './reads.ts';
import { htmlReply, type Reply } from './reply.ts';

/** The pages, each made from what its address says. Knows no framework. */
export interface Site {
  countries(): Promise<Reply>;
  country(code: string, parameters: URLSearchParams): Promise<Reply>;
  city(id: string): Promise<Reply>;
  search(parameters: URLSearchParams): Promise<Reply>;
  favourites(visitor: string | undefined): Promise<Reply>;
  world(): Promise<Reply>;
  notFound(): Promise<Reply>;
  problem(status: number): Promise<Reply>;
}

/** What the pages are made of. */
export interface SiteParts {
  readonly atlas: Atlas;
  readonly assets: AssetUrls;
  /** Keeps the parts of pages, and tells what was read for a page. */
  readonly cache: Cache;
}

interface Answered {
  readonly status: number;
  readonly view: View;
}

type Answer = View | Answered;

const noPage = { status: 400, view: errorView('Bad request', 'This is not a page number.') };
const noText = {
  status: 400,
  view: errorView('Bad request', `A search is plain text of at most ${longestSearch} characters.`),
};
const missing = (what: string): Answer => ({ status: 404, view: notFoundView(what) });

/** Creates the pages. */
export function createSite({ atlas, assets, cache }: SiteParts): Site {
  const collectReads = createReadCollector(cache);
  const fragments = createFragments(cache, { ttl: lasting });
  const pieces = createPieces(fragments, atlas);

  const page = (answer: () => Answer | Promise<Answer>): Promise<Reply> =>
    collectReads(async (reads) => {
      let made: Answered | undefined;
      const main = await fragments.page(async () => {
        const answered = await answer();
        made = 'view' in answered ? answered : { status: 200, view: answered };
        return made.view.main.text;
      });
      const { status, view } = made as Answered;
      const making = { madeAt: new Date(), reads: reads() };
      return htmlReply(status, layout({ ...view, main: new Html(main) }, making, assets));
    });

  return {
    countries: () => page(async () => countriesView(await atlas.countries())),

    country: (text, parameters) =>
      page(async () => {
        const number = parsePage(parameters);
        if (number === undefined) return noPage;
        const code = parseCountryCode(text);
        const country = code === undefined ? null : await atlas.country(code);
        if (!country) return missing(`There is no country “${text}”.`);
        const cities = await atlas.citiesOf(country.code, number);
        if (number > cities.pages) return missing(`${country.name} has no page ${number}.`);
        return countryView(country, cities, pieces.citiesOf(country.code, number));
      }),

    city: (text) =>
      page(async () => {
        const id = parseCityId(text);
        const city = id === undefined ? null : await atlas.city(id);
        if (!city) return missing(`There is no city “${text}”.`);
        const favourites = await atlas.favouriteCount(city.id);
        const form = new Html(fragments.hole('favourite'));
        return cityView({ city, card: pieces.cityCard(city), favourites, form, neighbours: pieces.neighbours(city) });
      }),

    search: (parameters) =>
      page(async () => {
        const number = parsePage(parameters);
        if (number === undefined) return noPage;
        const text = parseSearch(parameters);
        if (text === undefined) return noText;
        if (text === '') return searchView('');
        const cities = await atlas.search(text, number);
        if (number > cities.pages) return missing('This search has fewer pages.');
        return searchView(text, { cities, line: (city) => pieces.foundCity(city) });
      }),

    favourites: (visitor) =>
      page(async () => favouritesView(visitor === undefined ? [] : await atlas.favourites(visitor))),

    world: async () => ({
      status: 200,
      headers: { 'content-type': 'image/svg+xml; charset=utf-8' },
      body: worldPicture(await atlas.inhabitedCells()),
    }),

    notFound: () => page(() => missing('Nothing is at this address.')),

    problem: (status) => page(() => ({ status, view: describeProblem(status) })),
  };
}

function describeProblem(status: number): View {
  if (status === 403) return errorView('Not allowed', 'This form was sent from another site.');
  if (status === 409) return errorView('Your list is full', 'Remove a favourite before you add another.');
  if (status < 500) return errorView('Bad request', 'This address or form cannot be understood.');
  return errorView('Something went wrong', 'It was not your fault. Please try again in a moment.');
}
