import type { Atlas } from '../domain/atlas.ts';
import { cityView } from '../views/city.ts';
import { countriesView } from '../views/countries.ts';
import { countryView } from '../views/country.ts';
import { favouritesView } from '../views/favourites.ts';
import { layout } from '../views/layout.ts';
import type { AssetUrls, View } from '../views/page.ts';
import { errorView, notFoundView } from '../views/problem.ts';
import { searchView } from '../views/search.ts';
import { worldPicture } from '../views/world.ts';
import { longestSearch, parseCityId, parseCountryCode, parsePage, parseSearch } from './input.ts';
import type { CollectReads } from './reads.ts';
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
  readonly collectReads: CollectReads;
}

type Answer = View | { readonly status: number; readonly view: View };

const noPage = { status: 400, view: errorView('Bad request', 'This is not a page number.') };
const noText = {
  status: 400,
  view: errorView('Bad request', `A search is plain text of at most ${longestSearch} characters.`),
};
const missing = (what: string): Answer => ({ status: 404, view: notFoundView(what) });

/** Creates the pages. */
export function createSite({ atlas, assets, collectReads }: SiteParts): Site {
  const page = (answer: () => Answer | Promise<Answer>): Promise<Reply> =>
    collectReads(async (reads) => {
      const answered = await answer();
      const { status, view } = 'view' in answered ? answered : { status: 200, view: answered };
      return htmlReply(status, layout(view, { madeAt: new Date(), reads: reads() }, assets));
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
        return countryView(country, cities);
      }),

    city: (text) =>
      page(async () => {
        const id = parseCityId(text);
        const city = id === undefined ? null : await atlas.city(id);
        if (!city) return missing(`There is no city “${text}”.`);
        const [country, rank, neighbours, favourites] = await Promise.all([
          atlas.country(city.country),
          atlas.rank(city),
          atlas.nearby(city),
          atlas.favouriteCount(city.id),
        ]);
        return cityView({ city, country, rank, neighbours, favourites });
      }),

    search: (parameters) =>
      page(async () => {
        const number = parsePage(parameters);
        if (number === undefined) return noPage;
        const text = parseSearch(parameters);
        if (text === undefined) return noText;
        if (text === '') return searchView('', undefined);
        const found = await atlas.search(text, number);
        return number > found.pages ? missing('This search has fewer pages.') : searchView(text, found);
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
