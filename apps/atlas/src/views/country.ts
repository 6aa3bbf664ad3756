import { citiesPerPage } from '../domain/cities.ts';
import type { City, Country, Slice } from '../domain/model.ts';
import { formatCurrency, formatNumber } from './format.ts';
import { type Html, html } from './html.ts';
import { breadcrumbs, continentAnchor, facts, pager } from './parts.ts';
import type { View } from './page.ts';
import { worldMap } from './world.ts';

/**
 * A country and one page of its cities.
 *
 * @param list the same page, made by `cityList`
 */
export function countryView(country: Country, cities: Slice<City>, list: Html): View {
  return {
    title: country.name,
    section: 'countries',
    main: html`${breadcrumbs({ href: '/', label: 'Countries' }, { href: `/#${continentAnchor(country.continent)}`, label: country.continent })}
      <div class="split">
        <div>
          <h1>${country.name}</h1>
          ${country.native !== country.name && html`<p class="lead" translate="no">${country.native}</p>`}
          ${facts(
            ['Capital', country.capital],
            ['Cities', formatNumber(country.cities)],
            ['Languages', country.languages.join(', ')],
            [
              country.currencies.length === 1 ? 'Currency' : 'Currencies',
              country.currencies.map(formatCurrency).join(', '),
            ],
            ['Calling code', country.phones.map((phone) => `+${phone}`).join(', ')],
          )}
        </div>
        ${worldMap('Where the cities of this page lie in the world', cities.items)}
      </div>
      <section aria-labelledby="cities">
        <h2 id="cities">Cities by population</h2>
        ${list}
      </section>`,
  };
}

/** One page of the cities of a country, each as `line` shows it. */
export function cityList(code: string, cities: Slice<City>, line: (city: City) => Html): Html {
  const path = `/countries/${code}`;
  return html`<ol class="cities" start="${(cities.page - 1) * citiesPerPage + 1}">
          ${cities.items.map(line)}
        </ol>
        ${pager(cities, (page) => (page === 1 ? path : `${path}?page=${page}`))}`;
}
