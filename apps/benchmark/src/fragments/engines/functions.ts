import { type Card, format, type Neighbour } from '../card.ts';
import type { Block, PageEngine } from '../engine.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const near = ({ id, name, kind, country, kilometres, bearing }: Neighbour): string =>
  `<li><a href="/cities/${id}">${escape(name)}</a> <span class="where">${escape(kind)}, ${escape(country)}</span>
      <span class="number">${format.distance(kilometres)} ${format.wind(bearing)}</span></li>`;

const BLOCKS: Record<Block, (city: Card) => string> = {
  row: ({ id, name, population }) =>
    `<li><a href="/cities/${id}">${escape(name)}</a> <span class="number">${format.number(population)}</span></li>`,
  card: (city) => `<section class="city">
  <h2>${escape(city.name)}</h2>
  <p class="lead">${escape(city.kind)} in ${escape(city.country)}</p>
  <dl class="facts">
    <div><dt>Population</dt><dd>${format.number(city.population)}</dd></div>
    <div><dt>Rank</dt><dd>${format.number(city.rank)} <small>of ${format.number(city.cities)} in ${escape(city.country)}</small></dd></div>
    <div><dt>Position</dt><dd>${format.position(city.lat, city.lon)}</dd></div>
    <div><dt>Record</dt><dd><a href="https://www.geonames.org/${city.id}">GeoNames ${city.id}</a></dd></div>
  </dl>
  <form action="/favourites/${city.id}?back=/cities/${city.id}" method="post"><button>Add to favourites</button></form>
  <p>${city.favourites > 0 ? `Chosen by ${format.number(city.favourites)} visitors` : 'Nobody chose it yet'}</p>
  <ol class="neighbours">
    ${city.neighbours.map(near).join('\n    ')}
  </ol>
</section>`,
};

/** Put together as template engines do. */
function page(cards: readonly Card[], block: (city: Card) => string): string {
  let html = '<main>';
  for (const city of cards) html += block(city);
  return `${html}</main>`;
}

export const functions: PageEngine = {
  name: 'template literals',
  plain: (block) => (cards) => page(cards, BLOCKS[block]),
  cached(block, fragments) {
    const cached = (city: Card): string =>
      fragments.block({ name: block, varyOn: [city.id], ttl: '1h' }, () => BLOCKS[block](city));
    return (cards) => fragments.page(() => page(cards, cached));
  },
};
