import ejs from 'ejs';
import { expect, it } from 'vitest';
import { ejsFragments } from '../../src/fragments/ejs.ts';
import { createFragments, type Fragments } from '../../src/fragments/index.ts';
import { Shelves } from '../../src/fragments/shelf.ts';
import { createCache } from '../../src/index.ts';
import type { KeyPart } from '../../src/key.ts';

/** A page with one fragment, which prints what it was made of. */
function page(fragments: Fragments, varyOn: readonly KeyPart[], text: string, locale?: string): Promise<string> {
  return fragments.page(() => fragments.block({ name: 'a', varyOn, locale, digest: 'd' }, () => text));
}

it('tells values apart that are written alike', async () => {
  const fragments = createFragments(createCache());
  const values: (readonly KeyPart[])[] = [
    [1],
    ['1'],
    [1n],
    ['1n'],
    [true],
    ['true'],
    [null],
    ['null'],
    ['"'],
    [''],
    [],
  ];
  for (let time = 0; time < 2; time += 1) {
    for (const [index, varyOn] of values.entries()) {
      expect(await page(fragments, varyOn, `${time}:${index}`)).toBe(`0:${index}`);
      expect(await page(fragments, varyOn, `${time}:${index} pt`, 'pt')).toBe(`0:${index} pt`);
    }
  }
});

it('gives each fragment the id of its key, also after more were asked for than are kept', () => {
  const shelf = new Shelves(createCache(), undefined, 'v').get('a');
  const idOf = (varyOn: readonly KeyPart[]): string => shelf.id('en', 'd', varyOn);
  const own = (varyOn: readonly KeyPart[]): string => shelf.space.id(shelf.key('en', 'd', varyOn));
  const long = 'x'.repeat(1_000);
  for (let round = 0; round < 2; round += 1) {
    for (let id = 0; id < 12_000; id += 1) expect(idOf([id]) === own([id])).toBe(true);
    for (const varyOn of [[long], [1, 2], [], ['\ud800']]) expect(idOf(varyOn)).toBe(own(varyOn));
  }
  for (const none of [Number.NaN, undefined, {}]) expect(() => idOf([none as KeyPart])).toThrow('A key');
});

it('asks the key function of the cache each time', async () => {
  let tenant = 'a';
  const cache = createCache({ keyFunction: (key) => [tenant, ...(typeof key === 'string' ? [key] : key)] });
  const fragments = createFragments(cache);
  expect(await page(fragments, [1], 'of a')).toBe('of a');
  tenant = 'b';
  expect(await page(fragments, [1], 'of b')).toBe('of b');
  tenant = 'a';
  expect(await page(fragments, [1], 'other')).toBe('of a');
});

it('tells of a hit under the key of the fragment', async () => {
  const cache = createCache();
  const keys: unknown[] = [];
  cache.on('hit', ({ key }) => keys.push(key));
  const fragments = createFragments(cache, { version: '2' });
  for (let time = 0; time < 2; time += 1) await page(fragments, [5], 'text', 'pt');
  expect(keys).toEqual([['pt', 'd', '2', 5]]);
});

it('looks at included templates once for a page, not once for each of its fragments', async () => {
  let looks = 0;
  const includer = (): { template: string } => {
    looks += 1;
    return { template: 'part' };
  };
  const views = ejsFragments(ejs, createFragments(createCache()), { includer });
  const template = views.compile(
    `<% for (const i of [1, 2, 3]) { cache('a', i, () => { %><%- include('part') %><% }) } %>`,
  );
  expect(await views.render(template)).toBe('partpartpart');
  looks = 0;
  expect(await views.render(template)).toBe('partpartpart');
  expect(looks).toBe(1);
});
