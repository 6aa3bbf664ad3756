import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import nunjucks from 'nunjucks';
import { expect, it } from 'vitest';
import { handlebarsFragments } from '../../src/fragments/handlebars.ts';
import { createFragments } from '../../src/fragments/index.ts';
import { nunjucksFragments } from '../../src/fragments/nunjucks.ts';
import { testCache } from '../support/test-cache.ts';

const guide = readFileSync(new URL('../../../../docs/fragments.md', import.meta.url), 'utf8');

/** The templates of the guide in a language, in order. */
function templates(language: string): string[] {
  return [...guide.matchAll(/```(\w+)\n(.*?)\n```/gs)]
    .filter(([, of]) => of === language)
    .map(([, , text = '']) => text);
}

it('the first template of the guide', async () => {
  const { cache } = testCache();
  const environment = new nunjucks.Environment(null, { autoescape: true });
  const views = nunjucksFragments(environment, createFragments(cache, { ttl: '10m' }));
  const template = new nunjucks.Template(templates('njk')[0] ?? '', environment);
  const render = (name: string): Promise<string> => views.render(template, { city: { id: 5, name } });
  expect(await render('Lisbon')).toBe('\n  <h1>Lisbon</h1>\n');
  expect(await render('Lisboa')).toContain('Lisbon');
  await cache.invalidateTags(['city:5']);
  expect(await render('Lisboa')).toContain('Lisboa');
});

it('the basket of the guide', async () => {
  const environment = new nunjucks.Environment(null, { autoescape: true });
  const views = nunjucksFragments(environment, createFragments(testCache().cache));
  const template = new nunjucks.Template(templates('njk')[1] ?? '', environment);
  for (const user of [
    { id: 1, name: 'Ana' },
    { id: 2, name: 'Rui' },
    { id: 1, name: 'Ana' },
  ]) {
    expect(await views.render(template, { user })).toBe(user.name);
  }
});

it('the hole of the guide', async () => {
  const handlebars = Handlebars.create();
  const views = handlebarsFragments(handlebars, createFragments(testCache().cache));
  const template = handlebars.compile(templates('hbs')[0] ?? '');
  for (const name of ['Ana', 'Rui']) {
    const page = { holes: { greeting: () => `Hello, ${name}` } };
    const html = await views.render(template, { city: { id: 5, name: 'Lisbon' } }, page);
    expect(html).toBe(`  <header>Hello, ${name}</header>\n  <h1>Lisbon</h1>\n`);
  }
});

it('a page without an engine', async () => {
  const fragments = createFragments(testCache().cache);
  let runs = 0;
  const page = (): Promise<string> =>
    fragments.page(() => {
      const items = ['a', 'b'].map((name) => {
        return fragments.block({ name: 'item', varyOn: [name] }, () => `<li>${name}${(runs += 1)}</li>`);
      });
      return `<ul>${items.join('')}</ul>`;
    });
  for (let time = 0; time < 2; time += 1) expect(await page()).toBe('<ul><li>a1</li><li>b2</li></ul>');
});
