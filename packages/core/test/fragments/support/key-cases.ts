import { expect, it } from 'vitest';
import { createFragments } from '../../../src/fragments/index.ts';
import { type Backend, createCaches } from '../../../src/index.ts';
import type { FragmentEngine } from './engine.ts';
import type { Options, Template } from './template.ts';
import { CITIES, city, openWorld, readsOf } from './world.ts';

const block = (options: Options = {}, text = ''): Template => [
  { cache: 'city', vary: ['city.id'], options, body: [text, { print: 'city.name' }] },
];

/** What makes a fragment another one, and where it is kept. */
export function keyCases(engine: FragmentEngine, open: () => Backend): void {
  it('tells values apart, and names', async () => {
    const { render } = openWorld(engine, open());
    const page: Template = [
      { cache: 'a', vary: ['one'], body: ['1'] },
      { cache: 'a', vary: ['text'], body: ['2'] },
      { cache: 'a', vary: ['one', 'text'], body: ['3'] },
      { cache: 'b', vary: ['one'], body: ['4'] },
      { cache: 'a', vary: ['yes'], body: ['5'] },
      { cache: 'a', vary: ['nothing'], body: ['6'] },
      { cache: 'a', body: ['7'] },
    ];
    for (let time = 0; time < 2; time += 1) {
      expect(await render(page, { one: 1, text: '1', yes: true, nothing: null })).toBe('1234567');
    }
  });

  it('keeps one fragment for each locale', async () => {
    const { render } = openWorld(engine, open());
    const page = block({ locale: '=language' });
    const inLocale = (locale: string, name: string) => render(page, { city: city(1, name) }, { locale });
    expect(await inLocale('en', 'Lisbon')).toBe('Lisbon');
    expect(await inLocale('pt', 'Lisboa')).toBe('Lisboa');
    expect(await inLocale('en', 'other')).toBe('Lisbon');
    expect(await render(page, { city: city(1, 'other'), language: 'pt' })).toBe('Lisboa');
    expect(await render(page, { city: city(1, 'none') })).toBe('none');
  });

  const missing = engine.without?.digests;
  const suffix = missing === undefined ? '' : ` (not here: ${missing})`;
  it.skipIf(missing !== undefined)(`misses when the template has changed${suffix}`, async () => {
    const { render } = openWorld(engine, open());
    expect(await render(block(), { city: city(1) })).toBe('city 1');
    expect(await render(block({}, 'the '), { city: city(1) })).toBe('the city 1');
    expect(await render(block(), { city: city(1, 'other') })).toBe('city 1');
  });

  it.skipIf(missing !== undefined)(`misses when a partial that the template names has changed${suffix}`, async () => {
    const { render, redeploy } = openWorld(engine, open(), { partials: { card: ['old'] } });
    const page: Template = [{ cache: 'city', body: [{ partial: 'card' }] }];
    expect(await render(page)).toBe('old');
    expect(await redeploy({ card: ['new'] }).render(page)).toBe('new');
    expect(await redeploy({ card: ['old'] }).render(page)).toBe('old');
  });

  it('misses in another version', async () => {
    const { render, cache } = openWorld(engine, open());
    expect(await render(block(), { city: city(1) })).toBe('city 1');
    const next = engine.open(createFragments(cache, { version: '2' }));
    expect(await next.render(block(), { city: city(1, 'other') })).toBe('other');
  });

  it('neither looks up nor stores when it is told not to', async () => {
    const { render, calls } = openWorld(engine, open());
    const page = block({ when: '=cached' });
    for (const name of ['a', 'b']) expect(await render(page, { city: city(1, name), cached: false })).toBe(name);
    expect(calls).toEqual([]);
    for (const name of ['c', 'd']) expect(await render(page, { city: city(1, name), cached: true })).toBe('c');
  });

  it('keeps a fragment in the cache it names', async () => {
    const caches = createCaches({ default: { backend: open() }, cities: { backend: open() } });
    const pages = engine.open(createFragments(caches));
    const page = block({ using: '=where' });
    const render = (name: string, where?: string) => pages.render(page, { city: city(1, name), where });
    expect(await render('a')).toBe('a');
    expect(await render('b', 'cities')).toBe('b');
    await caches.get('default').clear();
    expect(await render('c', 'cities')).toBe('b');
    expect(await render('d')).toBe('d');
    await expect(render('e', 'nowhere')).rejects.toMatchObject({
      code: 'ERR_CACHE_OPTION',
      option: 'using',
    });
  });

  it('lives as long as it says', async () => {
    const { render, clock } = openWorld(engine, open());
    const page = block({ ttl: '1m' });
    await render(page, { city: city(1, 'old') });
    clock.advance(59_999);
    expect(await render(page, { city: city(1, 'new') })).toBe('old');
    clock.advance(1);
    expect(await render(page, { city: city(1, 'new') })).toBe('new');
  });

  it('is invalidated by name and values, in all locales, its siblings not', async () => {
    const { render, fragments } = openWorld(engine, open());
    const cities = [city(1), city(2)];
    for (const locale of ['en', 'pt']) await render(CITIES, { cities }, { locale });
    await fragments.invalidateFragment('city', [1]);
    for (const locale of ['en', 'pt']) await render(CITIES, { cities }, { locale });
    expect(readsOf(cities)).toEqual([4, 2]);
    await fragments.invalidateFragment('city');
    await render(CITIES, { cities }, { locale: 'en' });
    expect(readsOf(cities)).toEqual([5, 3]);
  });
}
