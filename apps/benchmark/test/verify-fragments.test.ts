import { createCache } from '@cache/core';
import { createFragments } from '@cache/core/fragments';
import { redisServer } from '@cache/services/redis';
import { expect, test } from 'vitest';
import { createCards } from '../src/fragments/card.ts';
import { engines } from '../src/fragments/engines/index.ts';
import { pageScenarios, runPage, verifyPage } from '../src/fragments/scenario.ts';

test.each(engines)('a page of $name is the same with cached blocks, which do not run again', async (engine) => {
  for (const block of ['card', 'row'] as const) {
    const html = await engine.plain(block)(createCards(100));
    expect(html).toContain(`/cities/99"`);
    const page = engine.cached(block, createFragments(createCache()));
    expect(await verifyPage(page, html)).toBeUndefined();
  }
});

test('a page that differs is refused, and one whose blocks run', async () => {
  const { plain } = engines[0] ?? { plain: () => () => '' };
  const html = await plain('row')(createCards(100));
  expect(await verifyPage(() => '', html)).toMatch('with missing fragments');
  expect(await verifyPage(plain('row'), html)).toMatch('with all fragments');
});

test('a page of fragments in Redis takes one command', async () => {
  const server = await redisServer();
  try {
    const scenario = pageScenarios.find(({ name }) => name.endsWith('list rows, template literals'));
    if (scenario === undefined) throw new Error('no such page');
    const budget = { warmUpMs: 0, measureMs: 0 };
    expect(await runPage(scenario, 'Redis', server.url, budget)).toMatchObject({ commands: 1 });
  } finally {
    await server.stop();
  }
});
