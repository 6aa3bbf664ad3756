import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ejs from 'ejs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EjsFragments, ejsFragments, type EjsOptions } from '../../src/fragments/ejs.ts';
import { createFragments } from '../../src/fragments/index.ts';
import { testCache } from '../support/test-cache.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ejs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function save(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function open(options: EjsOptions = {}): EjsFragments {
  return ejsFragments(ejs, createFragments(testCache().cache), { views: folder, ...options });
}

describe('files of EJS', () => {
  it('are found in folders, by their whole name, and relative to the one they are used in', async () => {
    save({
      'page.ejs': `<%- include('parts/list', { cities: ['a', 'b'] }) %>|<%- include('/parts/card', { name: 'c' }) %>`,
      'parts/list.ejs': `<% for (const name of cities) { %><%- include('./card', { name }) %><% } %>`,
      'parts/card.ejs': `<% cache('card', name, () => { %><%= name %>;<% }) %>`,
    });
    const views = open({ root: folder });
    for (const name of ['page', 'page.ejs', join(folder, 'page.ejs')]) expect(await views.render(name)).toBe('a;b;|c;');
  });

  it('are found from the working directory, if no folder was named', async () => {
    save({ 'page.ejs': `<%- include('part') %>`, 'part.ejs': 'part' });
    const views = ejsFragments(ejs, createFragments(testCache().cache));
    expect(await views.render(relative('.', join(folder, 'page')))).toBe('part');
  });

  it('are read each time, or once', async () => {
    const each = open();
    const once = open({ cache: true });
    for (const text of ['1', '2']) {
      save({ 'page.ejs': `<%- include('part') %>`, 'part.ejs': text });
      expect(await each.render('page')).toBe(text);
      expect(await once.render('page')).toBe('1');
    }
  });

  it('make a fragment another one when an included file changes, near or far', async () => {
    const views = open();
    const page = `<% cache('page', () => { %><%- include('parts/a') %><% }) %>`;
    save({ 'page.ejs': page, 'parts/a.ejs': `<%- include('b') %>`, 'parts/b.ejs': '1', 'b.ejs': 'not this one' });
    expect(await views.render('page')).toBe('1');
    save({ 'b.ejs': 'nor now' });
    expect(await views.render('page')).toBe('1');
    save({ 'parts/b.ejs': '2' });
    expect(await views.render('page')).toBe('2');
  });

  it('are told by name if they are missing', async () => {
    save({ 'page.ejs': `<%- include('none') %>` });
    await expect(open().render('none')).rejects.toThrow('`template` is "none"');
    await expect(open().render('page')).rejects.toThrow('`template` is "none"');
  });
});

describe('blocks of EJS', () => {
  it('see the variables of the moment, also those that a loop changes', async () => {
    const views = open();
    const page = views.compile(
      `<% for (var i = 0; i < 3; i++) { %><% cache('item', i, () => { %><li><%= i %></li><% }) %><% } %><%= i %>`,
    );
    for (let time = 0; time < 2; time += 1) expect(await views.render(page)).toBe('<li>0</li><li>1</li><li>2</li>3');
  });

  it('stand in templates with other delimiters and names, and in those that wait', async () => {
    const views = open({ delimiter: '?', localsName: 'page', async: true });
    const page = views.compile(`<?= await page.title ?>:<? cache('city', page.id, () => { ?><?= page.name ?><? }) ?>`);
    for (let time = 0; time < 2; time += 1) {
      expect(await views.render(page, { title: Promise.resolve('City'), id: 1, name: 'Ana' })).toBe('City:Ana');
    }
  });

  it('are not hidden by locals of the same name', async () => {
    const views = open();
    const page = views.compile(`<% cache('a', () => { %>block<% }) %>`);
    expect(await views.render(page, { cache: true, hole: 1 })).toBe('block');
  });

  it.each([
    ['none', `<% cache('a') %>`],
    ['text', `<% cache('a', 'text') %>`],
    ['an asynchronous one', `<% cache('a', async () => { throw 1 }) %>`],
  ])('are refused: %s', async (_, text) => {
    const views = open();
    await expect(views.render(views.compile(text))).rejects.toMatchObject({
      code: 'ERR_CACHE_OPTION',
      option: 'block',
    });
  });

  it('tell where they failed', async () => {
    const views = open();
    const page = views.compile(`one\n<% cache('a', () => { %>\n<%= missing %>\n<% }) %>`);
    await expect(views.render(page)).rejects.toThrow('missing is not defined');
  });
});
