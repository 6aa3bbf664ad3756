import type { City, Slice } from '../domain/model.ts';
import { formatNumber } from './format.ts';
import { type Content, type Html, html } from './html.ts';
import { describeKind } from './kinds.ts';

/** The way from the home page down to this one. */
export function breadcrumbs(...links: readonly { readonly href: string; readonly label: string }[]): Html {
  return html`<nav class="crumbs" aria-label="Breadcrumb">
        <ol>
          ${links.map(({ href, label }) => html`<li><a href="${href}">${label}</a></li>`)}
        </ol>
      </nav>`;
}

/** Facts as pairs of term and value; pairs without a value are left out. */
export function facts(...pairs: readonly (readonly [term: string, value: Content])[]): Html {
  const known = pairs.filter(([, value]) => value !== '' && value !== undefined);
  return html`<dl class="facts">
        ${known.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}
      </dl>`;
}

/** The form that searches cities by name. */
export function searchForm(text: string): Html {
  return html`<form class="search" action="/search" method="get" role="search">
        <label for="q">Find a city</label>
        <div>
          <input id="q" name="q" type="search" value="${text}" maxlength="80" autocomplete="off" autocapitalize="words"
            spellcheck="false" placeholder="Reykjavík, Kyoto, La Paz" required>
          <button>Search</button>
        </div>
      </form>`;
}

/** How many people live in a city, where that is known. */
export function population({ population: people }: City): Html {
  return people === 0 ? html`<span class="unknown">unknown</span>` : html`${formatNumber(people)}`;
}

/** One line of a list of cities. */
export function cityLine(city: City, where: Content): Html {
  return html`<li>
          <a href="/cities/${city.id}">${city.name}</a>
          <span class="where">${where}</span>
          <span class="number">${population(city)}</span>
        </li>`;
}

/** What a city is and where. */
export function cityPlace({ kind, countryName }: City): string {
  return `${describeKind(kind)}, ${countryName}`;
}

/** Links to the other pages of a list; nothing if there is one page. */
export function pager({ page, pages }: Slice<unknown>, href: (page: number) => string): Html {
  if (pages === 1) return html``;
  return html`<nav class="pager" aria-label="Pages">
        <span>${page > 1 && html`<a rel="prev" href="${href(page - 1)}">Previous</a>`}</span>
        <span>Page ${formatNumber(page)} of ${formatNumber(pages)}</span>
        <span>${page < pages && html`<a rel="next" href="${href(page + 1)}">Next</a>`}</span>
      </nav>`;
}

/** Where a continent begins on the home page. */
export function continentAnchor(continent: string): string {
  return continent.toLowerCase().replaceAll(' ', '-');
}
