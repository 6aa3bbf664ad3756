import { expect, it } from 'vitest';
import type { Backend } from '../../../src/index.ts';
import type { FragmentEngine } from './engine.ts';
import { type Template, uncached } from './template.ts';
import { CITIES, city, openWorld, readsOf } from './world.ts';

const NAMES = ['Lisboa', '<b>Tórshavn</b>', `"O'Higgins" & $& $1`, '東京', '{{ name }}', '0000000100000002'];

/** What a page looks like, and how often its blocks run. */
export function contentCases(engine: FragmentEngine, open: () => Backend): void {
  it('prints, missing and found, exactly what it prints without a cache', async () => {
    const page: Template = ['<h1>', { print: 'title' }, '</h1>', ...CITIES, '<p>', { print: 'title' }, '</p>'];
    const { render } = openWorld(engine, open());
    const locals = () => ({ title: `<i>&'"`, cities: NAMES.map((name, id) => city(id, name)) });
    const expected = await render(uncached(page), locals());
    expect(expected).toContain('&lt;b&gt;Tórshavn&lt;/b&gt;');
    for (let time = 0; time < 3; time += 1) expect(await render(page, locals())).toBe(expected);
  });

  it('runs a block once and not on a hit', async () => {
    const { render } = openWorld(engine, open());
    const cities = [city(1), city(2), city(3)];
    await render(CITIES, { cities });
    expect(readsOf(cities)).toEqual([1, 1, 1]);
    await render(CITIES, { cities });
    expect(readsOf(cities)).toEqual([1, 1, 1]);
  });

  it('prints the same fragment twice on a page, and runs its block once', async () => {
    const { render, calls, near } = openWorld(engine, open());
    const twice = city(1);
    const block: Template = [{ cache: 'city', vary: ['city.id'], body: [{ print: 'city.name' }] }];
    expect(await render([...block, ' ', ...block], { city: twice })).toBe('city 1 city 1');
    expect(twice.reads).toBe(1);
    calls.length = 0;
    expect(await render([...block, ' ', ...block], { city: twice })).toBe('city 1 city 1');
    expect(calls).toEqual(near ? ['get', 'get'] : ['getMany 1']);
  });

  it('renders an empty block, and one with nothing but spaces', async () => {
    const { render } = openWorld(engine, open());
    const page: Template = [
      { cache: 'empty', body: [] },
      { cache: 'spaces', body: ['  '] },
    ];
    for (let time = 0; time < 2; time += 1) expect(await render(page)).toBe('  ');
  });

  it('renders blocks in a partial within a loop with the variables of each turn', async () => {
    const partials = { card: CITIES[1] === undefined ? [] : bodyOf(CITIES) };
    const { render } = openWorld(engine, open(), { partials });
    const page: Template = [{ each: 'cities', as: 'city', body: [{ partial: 'card' }] }];
    const cities = [city(1), city(2)];
    for (let time = 0; time < 2; time += 1) {
      expect(await render(page, { cities })).toBe('<li>0 city 1</li><li>1 city 2</li>');
    }
    expect(readsOf(cities)).toEqual([1, 1]);
  });

  it('collapses pages that are rendered at the same time', async () => {
    const { render } = openWorld(engine, open());
    const cities = [city(1), city(2)];
    const pages = await Promise.all(Array.from({ length: 20 }, () => render(CITIES, { cities })));
    expect(new Set(pages)).toEqual(new Set(['<ul><li>0 city 1</li><li>1 city 2</li></ul>']));
    expect(readsOf(cities)).toEqual([1, 1]);
  });

  it('looks up a page of 100 fragments in one call of the backend', async () => {
    const { render, calls, near } = openWorld(engine, open());
    const cities = Array.from({ length: 100 }, (_, id) => city(id));
    await render(CITIES, { cities });
    calls.length = 0;
    await render(CITIES, { cities });
    expect(near ? new Set(calls) : calls).toEqual(near ? new Set(['get']) : ['getMany 100']);
    expect(readsOf(cities)).toEqual(cities.map(() => 1));
  });

  it('answers a stale fragment and renders it anew once', async () => {
    const { render, clock } = openWorld(engine, open());
    const page: Template = [
      {
        cache: 'city',
        vary: ['city.id'],
        options: { ttl: '1m', staleWhileRevalidate: '1m' },
        body: [{ print: 'city.name' }],
      },
    ];
    await render(page, { city: city(1, 'old') });
    clock.advance(90_000);
    const renamed = city(1, 'new');
    expect(await render(page, { city: renamed })).toBe('old');
    await expect.poll(() => render(page, { city: renamed })).toBe('new');
    expect(renamed.reads).toBe(1);
  });
}

function bodyOf(template: Template): Template {
  return template.flatMap((node) => (typeof node === 'object' && 'each' in node ? node.body : []));
}
