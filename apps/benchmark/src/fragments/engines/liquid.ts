import { liquidFragments } from '@cache/core/fragments/liquid';
import { Liquid } from 'liquidjs';
import { format } from '../card.ts';
import type { Block, PageEngine } from '../engine.ts';

const BLOCKS: Record<Block, string> = {
  row: `<li><a href="/cities/{{ city.id }}">{{ city.name }}</a> <span class="number">{{ city.population | number }}</span></li>`,
  card: `<section class="city">
  <h2>{{ city.name }}</h2>
  <p class="lead">{{ city.kind }} in {{ city.country }}</p>
  <dl class="facts">
    <div><dt>Population</dt><dd>{{ city.population | number }}</dd></div>
    <div><dt>Rank</dt><dd>{{ city.rank | number }} <small>of {{ city.cities | number }} in {{ city.country }}</small></dd></div>
    <div><dt>Position</dt><dd>{{ city.lat | position: city.lon }}</dd></div>
    <div><dt>Record</dt><dd><a href="https://www.geonames.org/{{ city.id }}">GeoNames {{ city.id }}</a></dd></div>
  </dl>
  <form action="/favourites/{{ city.id }}?back=/cities/{{ city.id }}" method="post"><button>Add to favourites</button></form>
  <p>{% if city.favourites > 0 %}Chosen by {{ city.favourites | number }} visitors{% else %}Nobody chose it yet{% endif %}</p>
  <ol class="neighbours">
    {% for near in city.neighbours %}<li><a href="/cities/{{ near.id }}">{{ near.name }}</a> <span class="where">{{ near.kind }}, {{ near.country }}</span>
      <span class="number">{{ near.kilometres | distance }} {{ near.bearing | wind }}</span></li>
    {% endfor %}
  </ol>
</section>`,
};

const page = (block: string): string => `<main>{% for city in cards %}${block}{% endfor %}</main>`;

function open(): Liquid {
  const liquid = new Liquid({ outputEscape: 'escape' });
  for (const [name, print] of Object.entries(format)) liquid.registerFilter(name, print as (value: number) => string);
  return liquid;
}

export const liquid: PageEngine = {
  name: 'LiquidJS',
  plain(block) {
    const engine = open();
    const template = engine.parse(page(BLOCKS[block]));
    return (cards) => engine.render(template, { cards }) as Promise<string>;
  },
  cached(block, fragments) {
    const engine = open();
    const views = liquidFragments(engine, fragments);
    const template = engine.parse(page(`{% cache '${block}', city.id, ttl: '1h' %}${BLOCKS[block]}{% endcache %}`));
    return (cards) => views.render(template, { cards });
  },
};
