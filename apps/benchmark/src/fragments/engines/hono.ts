import { honoFragments } from '@cache/core/fragments/hono';
import { type Child, jsx } from 'hono/jsx';
import { type Card, format, type Neighbour } from '../card.ts';
import type { Block, PageEngine } from '../engine.ts';

type Node = ReturnType<typeof jsx>;
type BlockComponent = (properties: { readonly city: Card }) => Node;

const element = (tag: string, properties: object, ...children: Child[]): Node => jsx(tag, properties, ...children);
const render = (component: unknown, properties: object, ...children: Child[]): Node =>
  jsx(component as string, properties, ...children);

function Row({ city }: { readonly city: Card }): Node {
  const link = element('a', { href: `/cities/${city.id}` }, city.name);
  return element('li', {}, link, ' ', element('span', { class: 'number' }, format.number(city.population)));
}

function Near({ near }: { readonly near: Neighbour }): Node {
  return element(
    'li',
    {},
    element('a', { href: `/cities/${near.id}` }, near.name),
    element('span', { class: 'where' }, near.kind, ', ', near.country),
    element('span', { class: 'number' }, format.distance(near.kilometres), ' ', format.wind(near.bearing)),
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: Child }): Node {
  return element('div', {}, element('dt', {}, term), element('dd', {}, children));
}

function CityCard({ city }: { readonly city: Card }): Node {
  const rank = [format.number(city.rank), ' of ', format.number(city.cities), ' in ', city.country];
  const chosen = city.favourites > 0 ? `Chosen by ${format.number(city.favourites)} visitors` : 'Nobody chose it yet';
  return element(
    'section',
    { class: 'city' },
    element('h2', {}, city.name),
    element('p', { class: 'lead' }, city.kind, ' in ', city.country),
    element(
      'dl',
      { class: 'facts' },
      render(Fact, { term: 'Population' }, format.number(city.population)),
      render(Fact, { term: 'Rank' }, ...rank),
      render(Fact, { term: 'Position' }, format.position(city.lat, city.lon)),
      render(
        Fact,
        { term: 'Record' },
        element('a', { href: `https://www.geonames.org/${city.id}` }, 'GeoNames ', city.id),
      ),
    ),
    element(
      'form',
      { action: `/favourites/${city.id}?back=/cities/${city.id}`, method: 'post' },
      element('button', {}, 'Add to favourites'),
    ),
    element('p', {}, chosen),
    element('ol', { class: 'neighbours' }, ...city.neighbours.map((near) => render(Near, { near }))),
  );
}

const BLOCKS: Record<Block, BlockComponent> = { row: Row, card: CityCard };

export const hono: PageEngine = {
  name: 'Hono JSX',
  plain(block) {
    return (cards) => element('main', {}, ...cards.map((city) => render(BLOCKS[block], { city }))).toString() as string;
  },
  cached(block, fragments) {
    const views = honoFragments(fragments);
    const Page = ({ cards }: { readonly cards: readonly Card[] }): Node =>
      element(
        'main',
        {},
        ...cards.map((city) =>
          render(views.Cache, { name: block, varyOn: [city.id], ttl: '1h' }, render(BLOCKS[block], { city })),
        ),
      );
    return (cards) => views.render(Page as never, { cards });
  },
};
