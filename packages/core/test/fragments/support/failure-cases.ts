import { expect, it } from 'vitest';
import { type Backend, CacheError, type Store } from '../../../src/index.ts';
import type { FragmentEngine } from './engine.ts';
import type { Template } from './template.ts';
import { CITIES, city, openWorld } from './world.ts';

/** What goes wrong. */
export function failureCases(engine: FragmentEngine, open: () => Backend): void {
  const failing = (message: string): object => ({
    id: 1,
    tag: 'city:1',
    get name(): string {
      throw new Error(message);
    },
  });

  it('fails with the error of a block, and stores nothing', async () => {
    const { render } = openWorld(engine, open());
    const fine = city(2);
    await expect(render(CITIES, { cities: [failing('no name'), fine] })).rejects.toThrow('no name');
    const html = '<ul><li>0 city 1</li><li>1 city 2</li></ul>';
    expect(await render(CITIES, { cities: [city(1), fine] })).toBe(html);
  });

  it('fails with the error of a block within a block', async () => {
    const { render } = openWorld(engine, open());
    const page: Template = [{ cache: 'list', body: CITIES }];
    await expect(render(page, { cities: [failing('no name')] })).rejects.toThrow('no name');
    expect(await render(page, { cities: [city(1)] })).toBe('<ul><li>0 city 1</li></ul>');
  });

  it('fails with an error after a block', async () => {
    const { render } = openWorld(engine, open());
    const page: Template = [...CITIES, { print: 'broken.name' }];
    for (let time = 0; time < 2; time += 1) {
      await expect(render(page, { cities: [city(1)], broken: failing('later') })).rejects.toThrow('later');
    }
  });

  it('does not fail another page that waits for a fragment of a page that fails', async () => {
    const { render } = openWorld(engine, open());
    const page: Template = [...CITIES, { print: 'end' }];
    let prints = 0;
    const end = {
      toString(): string {
        prints += 1;
        if (prints === 2) throw new Error('in the second run');
        return '';
      },
    };
    const first = render(page, { cities: [city(1)], end }).catch(() => undefined);
    expect(await render(page, { cities: [city(1)], end: '' })).toBe('<ul><li>0 city 1</li></ul>');
    await first;
  });

  it('answers the stale fragment while its block fails, if it may', async () => {
    const { render, clock } = openWorld(engine, open());
    const page: Template = [
      { cache: 'city', options: { ttl: '1m', staleIfError: '1h' }, body: [{ print: 'city.name' }] },
    ];
    expect(await render(page, { city: city(1) })).toBe('city 1');
    clock.advance(120_000);
    expect(await render(page, { city: failing('no name') })).toBe('city 1');
  });

  it('does not store what was invalidated while its block ran', async () => {
    const { render, cache } = openWorld(engine, open());
    let invalidated: Promise<void> | undefined;
    const changing = {
      id: 1,
      tag: 'city:1',
      get name(): string {
        invalidated ??= cache.invalidateTags(['city:1']);
        return 'old';
      },
    };
    await render(CITIES, { cities: [changing] });
    await invalidated;
    expect(await render(CITIES, { cities: [city(1, 'new')] })).toContain('new');
  });

  it('renders everything while the backend fails', async () => {
    const broken: Backend = {
      kind: 'broken',
      open(context) {
        const fail = async (): Promise<never> => {
          throw new Error('down');
        };
        const store = open().open(context);
        const get = (_: Store, name: keyof Store): unknown => (typeof store[name] === 'function' ? fail : store[name]);
        return new Proxy(store, { get: get as never });
      },
      close: () => {},
    };
    const { render } = openWorld(engine, broken);
    const cities = [city(1), city(2)];
    for (let time = 0; time < 2; time += 1) {
      expect(await render(CITIES, { cities })).toBe('<ul><li>0 city 1</li><li>1 city 2</li></ul>');
    }
  });

  it.each<[string, Template, object]>([
    ['a ttl that is none', [{ cache: 'a', options: { ttl: 'soon' }, body: [] }], {}],
    ['an option that is none', [{ cache: 'a', options: { time: '1m' }, body: [] }], {}],
    ['a value that was forgotten', [{ cache: 'a', vary: ['missing'], body: [] }], {}],
    ['a value that is an object', [{ cache: 'a', vary: ['city'], body: [] }], { city: {} }],
  ])('refuses %s', async (_, template, locals) => {
    const { render } = openWorld(engine, open());
    const error: unknown = await render(template, locals).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CacheError);
    expect((error as CacheError).code).toMatch(/^ERR_CACHE_(OPTION|KEY)$/);
  });
}
