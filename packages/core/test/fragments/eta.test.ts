import { Eta } from 'eta';
import { expect, it } from 'vitest';
import { etaFragments } from '../../src/fragments/eta.ts';
import { createFragments } from '../../src/fragments/index.ts';
import { testCache } from '../support/test-cache.ts';

it('renders blocks with the variables of the moment, also those that a loop changes', async () => {
  const eta = new Eta();
  const views = etaFragments(eta, createFragments(testCache().cache));
  eta.loadTemplate(
    '@list',
    `<% for (var i = 0; i < 3; i++) { %><%~ cache('item', i, () => { %><li><%= i %></li><% }) %><% } %>`,
  );
  for (let time = 0; time < 2; time += 1) expect(await views.render('@list')).toBe('<li>0</li><li>1</li><li>2</li>');
});

it.each([
  ['none', `<%~ cache('a') %>`],
  ['text', `<%~ cache('a', 'text') %>`],
])('refuses a block that is none: %s', async (_, text) => {
  const eta = new Eta();
  const views = etaFragments(eta, createFragments(testCache().cache));
  eta.loadTemplate('@page', text);
  await expect(views.render('@page')).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'block' });
});
