import { reactFragments } from '@cache/core/fragments/react';
import { type ComponentType, createElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type Card, format, type Neighbour } from '../card.ts';
import type { Block, PageEngine } from '../engine.ts';

type Node = ReactNode;
type Child = ReactNode;

const element = (tag: string, properties: object, ...children: Child[]): Node =>
  createElement(tag, properties, ...children);
const render = (component: unknown, properties: object, ...children: Child[]): Node =>
  createElement(component as ComponentType<object>, properties, ...children);

function Row({ city }: { readonly city: Card }): Node {
  const link = element('a', { href: `/cities/${city.id}` }, city.name);
  return element('li', {}, link, ' ', element('span', { className: 'number' }, format.number(city.population)));
}

function Near({ near }: { readonly near: Neighbour }): Node {
  return element(
    'li',
    {},
    element('a', { href: `/cities/${near.id}` }, near.name),
    element('span', { className: 'where' }, near.kind, ', ', near.country),
    element('span', { className: 'number' }, format.distance(near.kilometres), ' ', format.wind(near.bearing)),
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
    { className: 'city' },
    element('h2', {}, city.name),
    element('p', { className: 'lead' }, city.kind, ' in ', city.country),
    element(
      'dl',
      { className: 'facts' },
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
    element('ol', { className: 'neighbours' }, ...city.neighbours.map((near) => render(Near, { near, key: near.id }))),
  );
}

const BLOCKS: Record<Block, (properties: { readonly city: Card }) => Node> = { row: Row, card: CityCard };

export const react: PageEngine = {
  name: 'React',
  plain(block) {
    return (cards) =>
      renderToStaticMarkup(element('main', {}, ...cards.map((city) => render(BLOCKS[block], { city }))));
  },
  cached(block, fragments) {
    const views = reactFragments(fragments);
    const Page = ({ cards }: { readonly cards: readonly Card[] }): Node =>
      element(
        'main',
        {},
        ...cards.map((city) =>
          render(views.Cache, { name: block, varyOn: [city.id], ttl: '1h' }, render(BLOCKS[block], { city })),
        ),
      );
    return (cards) => views.render(Page, { cards });
  },
};
