import type { Cell } from '../domain/model.ts';
import type { Place } from '../domain/sphere.ts';
import { html, type Html } from './html.ts';

/** Address of the picture of the inhabited world. */
export const worldPath = '/world.svg';

// Polar regions without cities would only take space.
const north = 84;
const south = -60;
const view = `-180 ${-north} 360 ${north - south}`;

/** The inhabited world as a picture: one dot for each cell of three degrees with a city in it. */
export function worldPicture(cells: readonly Cell[]): string {
  const dots = cells.map(({ lat, lon }) => `M${lon + 1.5} ${-lat - 1.5}h0`).join('');
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view}"><path d="${dots}" fill="none" stroke="#7f8b99" stroke-width="2.1" stroke-linecap="round" opacity=".7"/></svg>`
    .text;
}

/** The inhabited world with places marked on it. */
export function worldMap(label: string, places: readonly Place[]): Html {
  return html`<svg class="world" viewBox="${view}" role="img" aria-label="${label}">
        <image href="${worldPath}" x="-180" y="${-north}" width="360" height="${north - south}"/>
        ${places.map(({ lat, lon }) => html`<circle cx="${lon.toFixed(1)}" cy="${(-lat).toFixed(1)}" r="2.4"/>`)}
      </svg>`;
}
