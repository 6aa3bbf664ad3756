import type { City, Slice } from '../domain/model.ts';
import { formatCount } from './format.ts';
import { type Html, html } from './html.ts';
import { pager, searchForm } from './parts.ts';
import type { View } from './page.ts';

/** One page of what was found, and how to show each city. */
export interface Found {
  readonly cities: Slice<City>;
  readonly line: (city: City) => Html;
}

/** The search form and, once something was asked, one page of what was found. */
export function searchView(text: string, found?: Found): View {
  return {
    title: found ? `Search for ${text}` : 'Search',
    section: 'search',
    main: html`<h1>Search</h1>
      ${searchForm(text)}
      ${found ? results(text, found) : html`<p class="aside">Any word of a name will do. Case and accents do not matter.</p>`}`,
  };
}

function results(text: string, { cities, line }: Found): Html {
  const address = (page: number): string =>
    `/search?${new URLSearchParams(page === 1 ? { q: text } : { q: text, page: String(page) }).toString()}`;
  return html`<section aria-labelledby="found">
        <h2 id="found">${formatCount(cities.total, 'city', 'cities')} for “${text}”</h2>
        ${
          cities.total === 0
            ? html`<p>Try fewer letters, or begin with one of <a href="/">the countries</a>.</p>`
            : html`<ul class="cities">${cities.items.map(line)}</ul>`
        }
        ${pager(cities, address)}
      </section>`;
}
