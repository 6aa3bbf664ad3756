import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pug from 'pug';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFragments } from '../../src/fragments/index.ts';
import { type PugFragments, pugFragments, type PugOptions } from '../../src/fragments/pug.ts';
import { testCache } from '../support/test-cache.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pug-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function save(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.pug`), text);
}

function open(options: PugOptions = {}): PugFragments {
  return pugFragments(pug, createFragments(testCache().cache), { views: folder, ...options });
}

const CARD = "+cache('card', name)\n  li= name";

it('renders blocks in layouts, partials, mixins and loops', async () => {
  save({
    layout: 'main\n  block content',
    card: CARD,
    mixins: 'mixin box(title)\n  section\n    h2= title\n    block',
    page: [
      'extends layout',
      'include mixins',
      'block content',
      '  +box("Cities")',
      '    ul',
      '      each name in names',
      '        include card',
      '  +cache("box")',
      '    +box("Inner")',
      '      | text',
    ].join('\n'),
  });
  const expected =
    '<main><section><h2>Cities</h2><ul><li>a</li><li>b</li></ul></section><section><h2>Inner</h2>text</section></main>';
  for (const options of [{}, { self: false, cache: true }, { compileDebug: false }]) {
    const views = open(options);
    for (let time = 0; time < 2; time += 1) expect(await views.render('page', { names: ['a', 'b'] })).toBe(expected);
  }
});

it('renders where locals are called self, and prettily', async () => {
  const text = `each name in self.names\n  +cache('card', name)\n    li: b= name`;
  const own = open({ self: true });
  const page = own.compile(text);
  for (let time = 0; time < 2; time += 1) expect(await own.render(page, { names: ['a'] })).toBe('<li><b>a</b></li>');
  const pretty = open({ pretty: true });
  const list = pretty.compile(`ul\n  each name in names\n    ${CARD.replace('\n', '\n    ')}`);
  for (let time = 0; time < 2; time += 1) {
    expect(await pretty.render(list, { names: ['a'] })).toBe('\n<ul>\n  <li>a</li>\n</ul>');
  }
});

it('shares a fragment of a partial between pages, until the partial changes', async () => {
  const card = "+cache('card')\n  li= label";
  save({ card, one: 'h1 one\ninclude card', two: 'h1 two\ninclude card' });
  const views = open();
  expect(await views.render('one', { label: '1' })).toBe('<h1>one</h1><li>1</li>');
  expect(await views.render('two', { label: '2' })).toBe('<h1>two</h1><li>1</li>');
  save({ card: card.replace('li', 'b') });
  expect(await views.render('two', { label: '3' })).toBe('<h1>two</h1><b>3</b>');
  expect(await views.render('one', { label: '4' })).toBe('<h1>one</h1><b>3</b>');
});

it('reads files each time, or once', async () => {
  const each = open();
  const once = open({ cache: true });
  for (const text of ['1', '2']) {
    save({ page: `| ${text}` });
    expect(await each.render('page')).toBe(text);
    expect(await once.render('page')).toBe('1');
  }
});

it.each([
  ['a block is missing its name', '+cache()\n  | text', 'ERR_CACHE_OPTION'],
  ['a mixin of that name is declared', 'mixin cache(name)\n  | text\n+cache("a")', 'ERR_CACHE_PLACE'],
])('refuses that %s', async (_, text, code) => {
  const views = open();
  const render = async (): Promise<string> => views.render(views.compile(text));
  await expect(render()).rejects.toMatchObject({ code });
});

it('prints nothing for a block without content', async () => {
  const views = open();
  const page = views.compile('+cache("empty")\nb end');
  for (let time = 0; time < 2; time += 1) expect(await views.render(page)).toBe('<b>end</b>');
});
