import { expect, it } from 'vitest';
import type { Backend } from '../../../src/index.ts';
import type { FragmentEngine } from './engine.ts';
import type { Template } from './template.ts';
import { CITIES, city, openWorld, readsOf } from './world.ts';

const PAGE: Template = [
  {
    cache: 'page',
    body: ['<header>', { hole: 'greeting' }, '</header>', ...CITIES, '<footer>', { hole: 'greeting' }, '</footer>'],
  },
];

/** Holes, which are filled for each request. */
export function holeCases(engine: FragmentEngine, open: () => Backend): void {
  it('fills a hole of a cached fragment for each request', async () => {
    const { render } = openWorld(engine, open());
    const cities = [city(1)];
    for (const name of ['Ana', 'Rui', 'Eva']) {
      const html = await render(PAGE, { cities }, { holes: { greeting: () => `Hello, <b>${name}</b> $&` } });
      const hello = `Hello, <b>${name}</b> $&`;
      expect(html).toBe(`<header>${hello}</header><ul><li>0 city 1</li></ul><footer>${hello}</footer>`);
    }
    expect(readsOf(cities)).toEqual([1]);
  });

  it('fills holes of fragments within fragments, and outside of any', async () => {
    const { render, fragments } = openWorld(engine, open());
    const page: Template = [
      { cache: 'outer', body: ['(', { cache: 'inner', body: ['[', { hole: 'a' }, ']'] }, { hole: 'b' }, ')'] },
      { hole: 'a' },
    ];
    for (const name of ['1', '2', '3']) {
      const holes = { a: () => `a${name}`, b: async () => `b${name}` };
      expect(await render(page, {}, { holes })).toBe(`([a${name}]b${name})a${name}`);
      if (name === '2') await fragments.invalidateFragment('outer', []);
    }
  });

  it('fills a hole with fragments of its own', async () => {
    const { render } = openWorld(engine, open());
    const cities = [city(1)];
    const holes = { list: () => render(CITIES, { cities }) };
    for (let time = 0; time < 2; time += 1) {
      expect(await render([{ cache: 'page', body: [{ hole: 'list' }] }], {}, { holes })).toBe(
        '<ul><li>0 city 1</li></ul>',
      );
    }
    expect(readsOf(cities)).toEqual([1]);
  });

  it('refuses a page with a hole that nothing fills', async () => {
    const { render } = openWorld(engine, open());
    for (let time = 0; time < 2; time += 1) {
      await expect(render(PAGE, { cities: [] })).rejects.toMatchObject({
        code: 'ERR_CACHE_OPTION',
        option: 'holes.greeting',
      });
    }
  });

  it('never lets a page be stored whose holes were filled', async () => {
    const { render, cache } = openWorld(engine, open());
    const holes = { greeting: () => 'Hello, Ana' };
    const page = (): Promise<string> => cache.getOrSet('page', () => render(PAGE, { cities: [] }, { holes }));
    for (let time = 0; time < 2; time += 1) {
      expect(await page()).toContain('Ana');
      expect(await cache.has('page')).toBe(false);
    }
  });
}
