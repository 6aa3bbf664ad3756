import type { City, Country, LengthUnit, Neighbour } from '../domain/model.ts';
import { formatBearing, formatCount, formatDistance, formatNumber, formatPosition } from './format.ts';
import { type Html, html } from './html.ts';
import { describeKind } from './kinds.ts';
import { breadcrumbs, facts, population } from './parts.ts';
import type { View } from './page.ts';
import { worldMap } from './world.ts';

/** What a city's page shows. */
export interface CityDetails {
  readonly city: City;
  /** Made by `cityCard`. */
  readonly card: Html;
  readonly favourites: number;
  /** Stands for `favouriteForm`, which differs from one visitor to another. */
  readonly form: Html;
  /** Made by `neighbourList`. */
  readonly neighbours: Html;
}

/** A city, its facts and its neighbours. */
export function cityView({ city, card, favourites, form, neighbours }: CityDetails): View {
  return {
    title: `${city.name}, ${city.countryName}`,
    section: 'countries',
    main: html`${breadcrumbs({ href: '/', label: 'Countries' }, { href: `/countries/${city.country}`, label: city.countryName })}
      <div class="split">
        <div>
          ${card}
          ${favouriteBox(form, favourites)}
        </div>
        ${worldMap(`Where ${city.name} lies in the world: ${formatPosition(city)}`, [city])}
      </div>
      <section aria-labelledby="nearby">
        <h2 id="nearby">Nearby</h2>
        ${neighbours}
      </section>`,
  };
}

/** What a city is: its name, its kind and its facts. */
export function cityCard(city: City, country: Country | null, rank: number): Html {
  return html`<h1>${city.name}</h1>
          <p class="lead">${describeKind(city.kind)} ${city.kind === 'PPLC' ? 'of' : 'in'} ${city.countryName}</p>
          ${facts(
            ['Population', population(city)],
            [
              'Rank',
              country &&
                html`${formatNumber(rank)} <small>of ${formatNumber(country.cities)} in ${country.name}</small>`,
            ],
            ['Position', formatPosition(city)],
            ['Record', html`<a href="https://www.geonames.org/${city.id}">GeoNames ${city.id}</a>`],
          )}`;
}

/** The cities around a city. */
export function neighbourList({ id }: City, neighbours: readonly Neighbour[], unit: LengthUnit): Html {
  const other = unit === 'km' ? 'mi' : 'km';
  return html`<ol class="neighbours">
          ${neighbours.map((neighbour) => neighbourLine(neighbour, unit))}
        </ol>
        <form class="aside" action="/settings/distances/${other}?back=/cities/${id}" method="post">
          <button class="quiet">Show everybody ${other === 'mi' ? 'miles' : 'kilometres'}</button>
        </form>`;
}

/** What a visitor can do with a city: add it to the favourites, or take it away. */
export function favouriteForm(id: number, isChosen: boolean): Html {
  return isChosen
    ? html`<form action="/favourites/${id}/remove?back=/cities/${id}" method="post">
              <button class="quiet">Remove from your favourites</button>
            </form>`
    : html`<form action="/favourites/${id}?back=/cities/${id}" method="post">
              <button>Add to favourites</button>
            </form>`;
}

function favouriteBox(form: Html, favourites: number): Html {
  return html`<div class="favourite">
            ${form}
            <p>${
              favourites === 0 ? 'Nobody chose it yet' : `Chosen by ${formatCount(favourites, 'visitor', 'visitors')}`
            }</p>
            <p class="notice" id="added">It is in <a href="/favourites">your favourites</a>.</p>
          </div>`;
}

function neighbourLine({ city, kilometres, bearing }: Neighbour, unit: LengthUnit): Html {
  return html`<li>
            <a href="/cities/${city.id}">${city.name}</a>
            <span class="where">${describeKind(city.kind)}, ${city.countryName}</span>
            <span class="number">${formatDistance(kilometres, unit)} ${formatBearing(bearing)}</span>
          </li>`;
}
