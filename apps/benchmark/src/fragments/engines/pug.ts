import { pugFragments } from '@cache/core/fragments/pug';
import pug from 'pug';
import { format } from '../card.ts';
import type { Block, PageEngine } from '../engine.ts';

const BLOCKS: Record<Block, string> = {
  row: `
    li
      a(href=\`/cities/\${city.id}\`)= city.name
      |  #[span.number= format.number(city.population)]`,
  card: `
    section.city
      h2= city.name
      p.lead= \`\${city.kind} in \${city.country}\`
      dl.facts
        div: dt Population
          dd= format.number(city.population)
        div: dt Rank
          dd
            = format.number(city.rank)
            small= \` of \${format.number(city.cities)} in \${city.country}\`
        div: dt Position
          dd= format.position(city.lat, city.lon)
        div: dt Record
          dd: a(href=\`https://www.geonames.org/\${city.id}\`) GeoNames #{city.id}
      form(action=\`/favourites/\${city.id}?back=/cities/\${city.id}\` method='post'): button Add to favourites
      p
        if city.favourites
          | Chosen by #{format.number(city.favourites)} visitors
        else
          | Nobody chose it yet
      ol.neighbours
        each near in city.neighbours
          li
            a(href=\`/cities/\${near.id}\`)= near.name
            span.where #{near.kind}, #{near.country}
            span.number #{format.distance(near.kilometres)} #{format.wind(near.bearing)}`,
};

const page = (block: string): string => `main\n  each city in cards${block}`;

export const pugEngine: PageEngine = {
  name: 'Pug',
  plain(block) {
    const template = pug.compile(page(BLOCKS[block]), { compileDebug: false });
    return (cards) => template({ cards, format });
  },
  cached(block, fragments) {
    const views = pugFragments(pug, fragments, { compileDebug: false });
    const inside = BLOCKS[block].replaceAll('\n', '\n  ');
    const template = views.compile(page(`\n    +cache('${block}', city.id, { ttl: '1h' })${inside}`));
    return (cards) => views.render(template, { cards, format });
  },
};
