import type { Fragments } from '@cache/core/fragments';
import type { Atlas } from '../domain/atlas.ts';
import type { City } from '../domain/model.ts';
import { cityCard, neighbourList } from '../views/city.ts';
import { cityList } from '../views/country.ts';
import { Html, html } from '../views/html.ts';
import { describeKind } from '../views/kinds.ts';
import { cityLine, cityPlace } from '../views/parts.ts';

/** The parts of pages that are kept by themselves. What a part shows it reads itself, and so depends on that and nothing else. */
export interface Pieces {
  /** A city at the top of its page. */
  cityCard(city: City): Html;
  /** The cities around a city. */
  neighbours(city: City): Html;
  /** One page of a country's cities. */
  citiesOf(country: string, page: number): Html;
  /** A city among those of a search. */
  foundCity(city: City): Html;
}

/** Creates the pieces; they can be used in pages of these fragments. */
export function createPieces(fragments: Fragments, atlas: Atlas): Pieces {
  const piece = (name: string, varyOn: readonly (string | number)[], make: () => Promise<Html>): Html =>
    // Only a fragment with `when` would give a promise.
    new Html(fragments.block({ name, varyOn }, async () => (await make()).text) as string);

  const line = (name: string, { id }: City, describe: (city: City) => string): Html =>
    piece(name, [id], async () => {
      const city = await atlas.city(id);
      return city === null ? html`` : cityLine(city, describe(city));
    });

  return {
    cityCard: ({ id }) =>
      piece('city', [id], async () => {
        const city = await atlas.city(id);
        if (city === null) return html``;
        const [country, rank] = await Promise.all([atlas.country(city.country), atlas.rank(city)]);
        return cityCard(city, country, rank);
      }),

    neighbours: (city) =>
      piece('neighbours', [city.id], async () => {
        const [neighbours, unit] = await Promise.all([atlas.nearby(city), atlas.distances()]);
        return neighbourList(city, neighbours, unit);
      }),

    citiesOf: (country, page) =>
      piece('cities of a country', [country, page], async () =>
        cityList(country, await atlas.citiesOf(country, page), (city) =>
          line('city of a country', city, ({ kind }) => describeKind(kind)),
        ),
      ),

    foundCity: (city) => line('found city', city, cityPlace),
  };
}
