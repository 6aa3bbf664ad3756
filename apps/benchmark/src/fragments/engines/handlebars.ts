import { handlebarsFragments } from '@cache/core/fragments/handlebars';
import Handlebars from 'handlebars';
import { format } from '../card.ts';
import type { Block, PageEngine } from '../engine.ts';

const BLOCKS: Record<Block, string> = {
  row: `<li><a href="/cities/{{id}}">{{name}}</a> <span class="number">{{number population}}</span></li>`,
  card: `<section class="city">
  <h2>{{name}}</h2>
  <p class="lead">{{kind}} in {{country}}</p>
  <dl class="facts">
    <div><dt>Population</dt><dd>{{number population}}</dd></div>
    <div><dt>Rank</dt><dd>{{number rank}} <small>of {{number cities}} in {{country}}</small></dd></div>
    <div><dt>Position</dt><dd>{{position lat lon}}</dd></div>
    <div><dt>Record</dt><dd><a href="https://www.geonames.org/{{id}}">GeoNames {{id}}</a></dd></div>
  </dl>
  <form action="/favourites/{{id}}?back=/cities/{{id}}" method="post"><button>Add to favourites</button></form>
  <p>{{#if favourites}}Chosen by {{number favourites}} visitors{{else}}Nobody chose it yet{{/if}}</p>
  <ol class="neighbours">
    {{#each neighbours}}<li><a href="/cities/{{id}}">{{name}}</a> <span class="where">{{kind}}, {{country}}</span>
      <span class="number">{{distance kilometres}} {{wind bearing}}</span></li>
    {{/each}}
  </ol>
</section>`,
};

const page = (block: string): string => `<main>{{#each cards}}${block}{{/each}}</main>`;

function open(): typeof Handlebars {
  const handlebars = Handlebars.create();
  for (const [name, print] of Object.entries(format)) {
    handlebars.registerHelper(name, (first: number, second: number) => print(first, second));
  }
  return handlebars;
}

export const handlebars: PageEngine = {
  name: 'Handlebars',
  plain(block) {
    const template = open().compile(page(BLOCKS[block]));
    return (cards) => template({ cards });
  },
  cached(block, fragments) {
    const environment = open();
    const views = handlebarsFragments(environment, fragments);
    const template = environment.compile(page(`{{#cache '${block}' id ttl='1h'}}${BLOCKS[block]}{{/cache}}`));
    return (cards) => views.render(template, { cards });
  },
};
