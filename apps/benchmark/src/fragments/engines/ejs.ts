import { ejsFragments } from '@cache/core/fragments/ejs';
import ejs from 'ejs';
import { format } from '../card.ts';
import type { Block, PageEngine } from '../engine.ts';

const BLOCKS: Record<Block, string> = {
  row: `<li><a href="/cities/<%= city.id %>"><%= city.name %></a> <span class="number"><%= format.number(city.population) %></span></li>`,
  card: `<section class="city">
  <h2><%= city.name %></h2>
  <p class="lead"><%= city.kind %> in <%= city.country %></p>
  <dl class="facts">
    <div><dt>Population</dt><dd><%= format.number(city.population) %></dd></div>
    <div><dt>Rank</dt><dd><%= format.number(city.rank) %> <small>of <%= format.number(city.cities) %> in <%= city.country %></small></dd></div>
    <div><dt>Position</dt><dd><%= format.position(city.lat, city.lon) %></dd></div>
    <div><dt>Record</dt><dd><a href="https://www.geonames.org/<%= city.id %>">GeoNames <%= city.id %></a></dd></div>
  </dl>
  <form action="/favourites/<%= city.id %>?back=/cities/<%= city.id %>" method="post"><button>Add to favourites</button></form>
  <p><% if (city.favourites) { %>Chosen by <%= format.number(city.favourites) %> visitors<% } else { %>Nobody chose it yet<% } %></p>
  <ol class="neighbours">
    <% for (const near of city.neighbours) { %><li><a href="/cities/<%= near.id %>"><%= near.name %></a> <span class="where"><%= near.kind %>, <%= near.country %></span>
      <span class="number"><%= format.distance(near.kilometres) %> <%= format.wind(near.bearing) %></span></li>
    <% } %>
  </ol>
</section>`,
};

const page = (block: string): string => `<main><% for (const city of cards) { %>${block}<% } %></main>`;

export const ejsEngine: PageEngine = {
  name: 'EJS',
  plain(block) {
    const template = ejs.compile(page(BLOCKS[block]));
    return (cards) => template({ cards, format });
  },
  cached(block, fragments) {
    const views = ejsFragments(ejs, fragments);
    const template = views.compile(
      page(`<% cache('${block}', city.id, { ttl: '1h' }, () => { %>${BLOCKS[block]}<% }) %>`),
    );
    return (cards) => views.render(template, { cards, format });
  },
};
