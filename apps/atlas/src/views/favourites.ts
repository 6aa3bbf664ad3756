import type { Favourite } from '../domain/model.ts';
import { formatDay } from './format.ts';
import { type Html, html } from './html.ts';
import { cityPlace } from './parts.ts';
import type { View } from './page.ts';
import { worldMap } from './world.ts';

/** A visitor's favourites. */
export function favouritesView(favourites: readonly Favourite[]): View {
  return {
    title: 'Your favourites',
    section: 'favourites',
    main: html`<h1>Your favourites</h1>
      ${favourites.length === 0 ? nothing : list(favourites)}`,
  };
}

const nothing = html`<p class="lead">Nothing here yet.</p>
      <p>Open a city and add it to your favourites, or <a href="/search">search for one</a>.</p>`;

function list(favourites: readonly Favourite[]): Html {
  const cities = favourites.map(({ city }) => city);
  return html`<div class="split">
        <ul class="favourites">
          ${favourites.map(
            ({ city, createdAt }) => html`<li>
            <div>
              <a href="/cities/${city.id}">${city.name}</a>
              <span class="where">${cityPlace(city)} · since ${formatDay(createdAt)}</span>
            </div>
            <form action="/favourites/${city.id}/remove" method="post">
              <button class="quiet" aria-label="Remove ${city.name}">Remove</button>
            </form>
          </li>`,
          )}
        </ul>
        ${worldMap('Where your favourites lie in the world', cities)}
      </div>`;
}
