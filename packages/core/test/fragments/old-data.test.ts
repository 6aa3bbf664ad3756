import { describe, expect, it } from 'vitest';
import { Dependencies } from '../../src/dependencies.ts';
import { createFragments } from '../../src/fragments/index.ts';
import { InvalidationLog } from '../../src/invalidation/log.ts';
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

  it('when the page itself has read it', async () => {
    const { fragments, city, rename, show } = setUp();
    const old = await fragments.page(async () => {
      const { name } = city;
      await rename('Lisboa');
      return show(name);
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

describe('what is made within something else', () => {
  it('is as old as that, in every log that either has met', () => {
    const [log, met, unknown] = [new InvalidationLog(), new InvalidationLog(), new InvalidationLog()];
    const outer = new Dependencies(log);
    outer.hear(met);
    for (const each of [log, met, unknown]) each.append(['name']);
    const inner = new Dependencies(log, outer);
    inner.hear(met);
    expect([inner.beganIn(log), inner.beganIn(met), inner.beganIn(unknown)]).toEqual([0, 0, 1]);
    expect(new Dependencies(log, undefined, undefined, 0).beganIn(log)).toBe(0);
  });
});
