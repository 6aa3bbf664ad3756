import { describe, expect, it } from 'vitest';
import { createFragments } from '../../src/fragments/index.ts';
import { testCache } from '../support/test-cache.ts';

/** A city whose name changes, and a page that reads it long before the fragment which shows it is rendered. */
function setUp() {
  const { cache } = testCache();
  const fragments = createFragments(cache);
  const city = { name: 'Lisbon' };
  const rename = async (name: string): Promise<void> => {
    city.name = name;
    await cache.invalidateTags(['city:5']);
  };
  const show = (name: string): string => fragments.block({ name: 'city', tags: ['city:5'] }, () => name);
  return { cache, fragments, city, rename, show };
}

describe('a block of data that was read before an invalidation, and rendered after it, is not kept', () => {
  it('when a value or response is made around it', async () => {
    const { cache, fragments, city, rename, show } = setUp();
    const page = (): Promise<string> => fragments.page(() => show(city.name));
    const old = await cache.getOrSet('page', async () => {
      const { name } = city;
      await rename('Lisboa');
      return fragments.page(() => show(name));
    });
    expect([old, await page()]).toEqual(['Lisbon', 'Lisboa']);
    city.name = 'Olisipo';
    expect(await page()).toBe('Lisboa');
  });

  it('nor is a fragment around it', async () => {
    const { cache, fragments, city, rename, show } = setUp();
    const outer = (name: string): string => fragments.block({ name: 'outer' }, () => `<${show(name)}>`);
    await cache.getOrSet('page', async () => {
      const { name } = city;
      await rename('Lisboa');
      return fragments.page(() => outer(name));
    });
    expect(await fragments.page(() => outer(city.name))).toBe('<Lisboa>');
  });

  it('when the template itself was running', async () => {
    const { fragments, city, rename, show } = setUp();
    const old = await fragments.page(async () => {
      const html = show(city.name);
      await rename('Lisboa');
      return html;
    });
    expect([old, await fragments.page(() => show(city.name))]).toEqual(['Lisbon', 'Lisboa']);
  });

  it('when the page is kept in another cache', async () => {
    const { cache, fragments, city, rename, show } = setUp();
    const pages = testCache().cache;
    await pages.getOrSet('page', async () => {
      const name = await cache.getOrSet('name', () => city.name);
      await rename('Lisboa');
      return fragments.page(() => show(name));
    });
    expect(await fragments.page(() => show(city.name))).toBe('Lisboa');
  });

  it('where blocks run in place', async () => {
    const { cache, fragments, city, rename } = setUp();
    const show = (name: string): string => fragments.blockInPlace({ name: 'city', tags: ['city:5'] }, () => name);
    const outer = (name: string): string => fragments.blockInPlace({ name: 'outer' }, () => `<${show(name)}>`);
    await cache.getOrSet('page', async () => {
      const { name } = city;
      await rename('Lisboa');
      return fragments.page(() => outer(name));
    });
    expect(await fragments.page(() => outer(city.name))).toBe('<Lisboa>');
  });
});
