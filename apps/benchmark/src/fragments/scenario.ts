import { type Backend, createCache, memory } from '@cache/core';
import { createFragments } from '@cache/core/fragments';
import { redis } from '@cache/core/redis';
import type { Measurement, Outcome } from '../measure/outcome.ts';
import type { Budget } from '../memory/timing.ts';
import { timeCallers } from '../stores/timing.ts';
import { createCards } from './card.ts';
import { commandsPer } from './commands.ts';
import type { Block, PageEngine, RenderPage } from './engine.ts';
import { engines } from './engines/index.ts';

/** Where the fragments of a page are kept; the floor has none. */
export const PLACES = ['floor', 'memory', 'Redis'] as const;

export type Place = (typeof PLACES)[number];

/** A page that is rendered over and over. */
export interface PageScenario {
  readonly name: string;
  readonly engine: PageEngine;
  readonly block: Block;
}

const ITEMS = 100;

/** A machine that stands still for a moment must not turn a hit into a miss. */
const patient = { timeout: '5s' } as const;

export const pageScenarios: readonly PageScenario[] = engines.flatMap((engine) =>
  (['card', 'row'] as const).map((block) => ({
    name: `a page of ${ITEMS} ${block === 'card' ? 'city cards' : 'list rows'}, ${engine.name}`,
    engine,
    block,
  })),
);

/** Verifies that a page with cached blocks is the same as without and runs none of them, and times it. */
export async function runPage(scenario: PageScenario, place: Place, url: string, budget: Budget): Promise<Outcome> {
  const { engine, block } = scenario;
  const cards = createCards(ITEMS);
  const plain = engine.plain(block);
  const html = await plain(cards);
  if (place === 'floor') return time(plain, html, budget);
  const cache = createCache({ backend: backendOf(place, url), ttl: '1h', backendTimeout: '5s' });
  try {
    const page = engine.cached(block, createFragments(cache));
    const wrong = await verifyPage(page, html);
    if (wrong !== undefined) return { wrong };
    if (place === 'memory') return await time(page, html, budget);
    const commands = await commandsPer(() => page(cards), url);
    return { ...(await time(page, html, budget)), commands };
  } finally {
    await cache.close();
  }
}

/** Says what is wrong with a page whose blocks are cached, or nothing. */
export async function verifyPage(page: RenderPage, html: string): Promise<string | undefined> {
  const cards = createCards(ITEMS);
  if ((await page(cards)) !== html) return 'the page with missing fragments was not the same as without';
  // What the blocks read must not show: they do not run.
  const renamed = cards.map((card) => ({ ...card, name: 'another', population: 0 }));
  return (await page(renamed)) === html ? undefined : 'the page with all fragments was not the same as without';
}

async function time(page: RenderPage, html: string, budget: Budget): Promise<Measurement> {
  const cards = createCards(ITEMS);
  let pages = 0;
  const operation = async (): Promise<void> => {
    if ((await page(cards)).length !== html.length) throw new Error('a page was not the same');
    pages += 1;
  };
  await timeCallers(1, { warmUpMs: 0, measureMs: budget.warmUpMs }, operation);
  pages = 0;
  const before = process.cpuUsage();
  const measurement = await timeCallers(1, { warmUpMs: 0, measureMs: budget.measureMs }, operation);
  const { user, system } = process.cpuUsage(before);
  return { ...measurement, cpuMs: (user + system) / 1_000 / pages };
}

function backendOf(place: Place, url: string): Backend {
  return place === 'Redis' ? redis(url, patient) : memory();
}
