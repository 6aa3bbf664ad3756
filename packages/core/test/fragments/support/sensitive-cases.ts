import { expect, it } from 'vitest';
import type { Backend } from '../../../src/index.ts';
import type { FragmentEngine } from './engine.ts';
import type { Options, Template } from './template.ts';
import { openWorld } from './world.ts';

const form = (path: string, options: Options = {}): Template => [{ cache: 'form', options, body: [{ print: path }] }];

/** What belongs to one user or to one answer. */
export function sensitiveCases(engine: FragmentEngine, open: () => Backend): void {
  it.each([
    ['csrfToken', { csrfToken: 'secret' }],
    ['nonce', { nonce: 'secret' }],
    ['user.name', { user: { name: 'secret' } }],
  ])('refuses to cache a block that prints %s', async (path, locals) => {
    const { render } = openWorld(engine, open());
    const page = render(form(path), locals);
    await expect(page).rejects.toMatchObject({ code: 'ERR_CACHE_SENSITIVE' });
    await expect(page).rejects.toThrow(`\`${path.split('.')[0]}\``);
    expect(await render([{ print: path }, ' ', { cache: 'other', body: ['ok'] }], locals)).toBe('secret ok');
  });

  it('refuses it in a partial', async () => {
    const { render } = openWorld(engine, open(), { partials: { form: [{ print: 'csrfToken' }] } });
    const page: Template = [{ cache: 'page', body: [{ partial: 'form' }] }];
    await expect(render(page, { csrfToken: 'secret' })).rejects.toMatchObject({ code: 'ERR_CACHE_SENSITIVE' });
  });

  it('lets a block around it pass that does not read it', async () => {
    const { render } = openWorld(engine, open(), { partials: { plain: ['plain'] } });
    const page: Template = [{ cache: 'page', body: [{ partial: 'plain' }] }, { print: 'csrfToken' }];
    for (let time = 0; time < 2; time += 1) {
      expect(await render(page, { csrfToken: '<t>', user: { name: 'Ana' } })).toBe('plain&lt;t&gt;');
    }
  });

  it('allows what the fragment declares, if all around it do', async () => {
    const { render } = openWorld(engine, open());
    const box: Template = [
      { cache: 'box', vary: ['user.id'], options: { allow: 'user' }, body: [{ print: 'user.name' }] },
    ];
    const ana = { user: { id: 1, name: 'Ana' } };
    expect(await render(box, ana)).toBe('Ana');
    expect(await render(box, { user: { id: 2, name: 'Rui' } })).toBe('Rui');
    const around = (inner: Template): Template => [{ cache: 'around', body: inner }];
    await expect(render(around(box), ana)).rejects.toMatchObject({ code: 'ERR_CACHE_SENSITIVE' });
  });

  it('refuses a fragment of one user in one for all, also when it is there', async () => {
    const { render } = openWorld(engine, open());
    const box: Template = [
      {
        cache: 'box',
        vary: ['id'],
        options: { allow: 'user', locale: 'en', when: '=boxed' },
        body: [{ print: 'user.name' }],
      },
    ];
    const page: Template = [{ cache: 'around', options: { when: '=cached' }, body: box }];
    const locals = { id: 1, user: { name: 'Ana' }, boxed: true };
    for (let time = 0; time < 2; time += 1) expect(await render(page, { ...locals, cached: false })).toBe('Ana');
    await expect(render(page, { ...locals, cached: true })).rejects.toMatchObject({ code: 'ERR_CACHE_SENSITIVE' });
  });

  it('knows other names', async () => {
    const { render } = openWorld(engine, open(), { sensitive: ['account'] });
    await expect(render(form('account.name'), { account: { name: 'x' } })).rejects.toMatchObject({
      code: 'ERR_CACHE_SENSITIVE',
    });
    expect(await render(form('user'), { user: 'x' })).toBe('x');
  });

  it('tells and does not store, if that is preferred', async () => {
    const { render, cache } = openWorld(engine, open(), { onSensitive: 'report' });
    const told: unknown[] = [];
    cache.on('error', ({ error }) => told.push(error));
    for (const nonce of ['a', 'b']) expect(await render(form('nonce'), { nonce })).toBe(nonce);
    expect(told).toEqual([
      expect.objectContaining({ code: 'ERR_CACHE_SENSITIVE' }),
      expect.objectContaining({ code: 'ERR_CACHE_SENSITIVE' }),
    ]);
  });
}
