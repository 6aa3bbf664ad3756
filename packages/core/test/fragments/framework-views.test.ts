import { describe, expect, it } from 'vitest';
import { createFragments, engineViews, type FileEngine, pageOptionsOf, renderView } from '../../src/fragments/index.ts';
import { testCache } from '../support/test-cache.ts';

describe('an engine that renders files', () => {
  const failure = new Error('no file');
  const fragments = createFragments(testCache().cache);
  const render = (engine: FileEngine): Promise<string> =>
    engineViews(fragments, engine).render('city.hbs', { name: 'Lisbon' });

  it('has blocks in the cache and holes that are filled', async () => {
    let runs = 0;
    const views = engineViews(fragments, (path, locals, done) => {
      const { name } = locals as { readonly name: string };
      const block = fragments.block({ name: 'city' }, () => `${(runs += 1)} ${path} ${name} ${fragments.hole('for')}`);
      setImmediate(() => done(null, `<${block}>`));
    });
    for (const client of ['Ana', 'Rui']) {
      const html = await views.render('city.hbs', { name: 'Lisbon' }, { holes: { for: () => client } });
      expect(html).toBe(`<1 city.hbs Lisbon ${client}>`);
    }
  });

  it.each<[string, FileEngine]>([
    ['calls back', (_path, _locals, done) => done(failure)],
    ['throws', () => Reflect.apply(fail, undefined, [])],
    ['returns a promise of it', async () => fail()],
    [
      'does both',
      async (_path, _locals, done) => {
        done(failure);
        fail();
      },
    ],
  ])('fails when it %s', async (_how, engine) => {
    await expect(render(engine)).rejects.toBe(failure);
  });

  it('may have printed nothing', async () => {
    expect(await render((_path, _locals, done) => done(undefined))).toBe('');
  });

  it('cannot read a user in a cached block', async () => {
    const views = engineViews(fragments, (_path, locals, done) => {
      const { user } = locals as { readonly user: { readonly name: string } };
      done(
        null,
        fragments.block({ name: 'user' }, () => user.name),
      );
    });
    await expect(views.render('user.hbs', { user: { name: 'Ana' } })).rejects.toMatchObject({
      code: 'ERR_CACHE_SENSITIVE',
    });
  });

  function fail(): never {
    throw failure;
  }
});

describe('locals of several places', () => {
  it('are those of all, the later before the earlier, and holes and the language are for the page', async () => {
    const rendered: unknown[] = [];
    const views = { render: async (...given: unknown[]): Promise<string> => `${rendered.push(...given)}` };
    const [a, b, c] = [(): string => 'a', (): string => 'b', (): string => 'c'];
    const outer = { site: 'Atlas', name: 'outer', locale: 'en', holes: { a, b } };
    await renderView(views, 'city', outer, undefined, null, { name: 'inner', locale: 'pt', holes: { b: c } });
    expect(rendered).toEqual([
      'city',
      { site: 'Atlas', name: 'inner', locale: 'pt' },
      { holes: { a, b: c }, locale: 'pt' },
    ]);
    expect(outer.holes).toEqual({ a, b });
  });

  it('say nothing of the page if there is nothing', () => {
    expect(pageOptionsOf(undefined, {}, { holes: null, locale: null })).toEqual({ holes: {} });
  });

  it('cannot name a hole like something that every object has', async () => {
    const fragments = createFragments(testCache().cache);
    const views = engineViews(fragments, (_path, _locals, done) => done(null, fragments.hole('toString')));
    await expect(renderView(views, 'page', { holes: {} })).rejects.toMatchObject({ option: 'holes.toString' });
  });

  it.each([
    [{ holes: 'a' }, 'holes'],
    [{ holes: { a: 'b' } }, 'holes.a'],
    [{ locale: 5 }, 'locale'],
  ])('refuses %o', async (locals, option) => {
    const views = { render: (): Promise<string> => Promise.resolve('') };
    await expect(renderView(views, 'page', locals)).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option });
  });
});
