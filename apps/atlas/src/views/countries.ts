import type { Country } from '../domain/model.ts';
import { formatCount, formatNumber } from './format.ts';
import { type Html, html } from './html.ts';
import { continentAnchor, searchForm } from './parts.ts';
import type { View } from './page.ts';
import { worldMap } from './world.ts';

/** The home page: all countries by continent. */
export function countriesView(countries: readonly Country[]): View {
  const total = countCities(countries);
  const continents = groupByContinent(countries);
  return {
    title: 'Atlas',
    section: 'countries',
    main: html`<section class="hero">
        <div>
          <h1>The cities of the world</h1>
          <p class="lead">${formatNumber(total)} cities in ${formatNumber(countries.length)} countries and territories.</p>
          ${searchForm('')}
        </div>
        ${worldMap('A map of the world: a dot wherever there is a city', [])}
      </section>
      <nav class="chips" aria-label="Continents">
        <ul>
          ${continents.map(({ name }) => html`<li><a href="#${continentAnchor(name)}">${name}</a></li>`)}
        </ul>
      </nav>
      ${continents.map(continentSection)}`,
  };
}

interface Continent {
  readonly name: string;
  readonly countries: readonly Country[];
}

function groupByContinent(countries: readonly Country[]): Continent[] {
  const names = [...new Set(countries.map(({ continent }) => continent))].sort();
  return names.map((name) => ({ name, countries: countries.filter(({ continent }) => continent === name) }));
}

function continentSection({ name, countries }: Continent): Html {
  const total = countCities(countries);
  return html`<section class="continent" aria-labelledby="${continentAnchor(name)}">
        <h2 id="${continentAnchor(name)}">${name}</h2>
        <p class="aside">${formatCount(total, 'city', 'cities')}</p>
        <ul class="columns">
          ${countries.map(
            ({ code, name: country, cities }) =>
              html`<li><a href="/countries/${code}">${country}</a> <span class="number">${formatNumber(cities)}</span></li>`,
          )}
        </ul>
      </section>`;
}

function countCities(countries: readonly Country[]): number {
  return countries.reduce((sum, { cities }) => sum + cities, 0);
}
