import { describe, expect, it } from 'vitest';
import { Dependencies } from '../../src/dependencies.ts';
import { type Cache, createCache } from '../../src/index.ts';
import { InvalidationLog } from '../../src/invalidation/log.ts';
import { fakeClock } from '../../src/testing/index.ts';
import { asyncBackend } from '../support/backends.ts';
import { controlledLoads } from '../support/controlled-loads.ts';
import { deferred, flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';

/** Two caches, and a page in one that is made of a city in the other. */
function twoCaches() {
  const clock = fakeClock();
  const data = createCache({ name: 'data', clock });
  const pages = createCache({ name: 'pages', clock });
  const city = () => data.namespace('cities').getOrSet(['city', 5], () => 'Berlin', { tags: ['city:5'], ttl: '1m' });
  const page = () => pages.getOrSet('page', async () => `page of ${await city()}`, { ttl: '1h' });
  return { data, pages, clock, city, page };
}

describe('a value made from another cache', () => {
  it.each<[string, (data: Cache) => Promise<void>]>([
    ['a tag of it is invalidated', (data) => data.invalidateTags(['city:5'])],
    ['its namespace is cleared', (data) => data.namespace('cities').clear()],
    ['its cache is cleared', (data) => data.clear()],
  ])('goes when %s', async (_, invalidate) => {
    const { data, pages, page } = twoCaches();
    expect(await page()).toBe('page of Berlin');
    expect(await pages.get('page')).toBe('page of Berlin');
    await invalidate(data);
    expect(await pages.get('page')).toBeUndefined();
  });

  it('stays when anything else there is invalidated', async () => {
    const { data, pages, page } = twoCaches();
    await page();
    await data.invalidateTags(['city:6']);
    await data.namespace('other').clear();
    expect(await pages.has('page')).toBe(true);
  });

  it('does not carry the tags of that cache as its own', async () => {
    const { pages, page } = twoCaches();
    await page();
    await pages.invalidateTags(['city:5']);
    expect(await pages.has('page')).toBe(true);
  });

  it('depends on a hit there as on a load', async () => {
    const { data, pages, city, page } = twoCaches();
    await city();
    await page();
    await data.invalidateTags(['city:5']);
    expect(await pages.has('page')).toBe(false);
  });

  it('does not outlive it', async () => {
    const { pages, clock, page } = twoCaches();
    await page();
    clock.advance(60_000 - 1);
    expect(await pages.has('page')).toBe(true);
    clock.advance(1);
    expect(await pages.has('page')).toBe(false);
  });

  it('goes again and again', async () => {
    const { data, pages, page } = twoCaches();
    for (let round = 0; round < 3; round += 1) {
      await page();
      expect(await pages.has('page')).toBe(true);
      await data.invalidateTags(['city:5']);
      expect(await pages.has('page')).toBe(false);
    }
  });

  it('is not stored if the invalidation comes while it is made, after the other value was read', async () => {
    const { data, pages, city } = twoCaches();
    const rest = deferred<string>();
    const page = pages.getOrSet('page', async () => `${await city()}, ${await rest.promise}`);
    await flush();
    await data.invalidateTags(['city:5']);
    rest.resolve('rest');
    expect(await page).toBe('Berlin, rest');
    expect(await pages.get('page')).toBeUndefined();
  });

  it.each([
    ['in memory', false],
    ['behind an asynchronous backend', true],
  ])('is not stored if the other value was already too old when it arrived, at first contact (%s)', async (_, slow) => {
    const { cache: data } = testCache({ name: 'data', ...(slow && { backend: asyncBackend() }) });
    const { cache: pages } = testCache({ name: 'pages' });
    const loads = controlledLoads<string>();
    const page = () => pages.getOrSet('page', () => data.getOrSet('city', loads.loader, { tags: ['city'] }));
    const first = page();
    await flush();
    await data.invalidateTags(['city']);
    loads.load().finish('old');
    expect(await first).toBe('old');
    const second = page();
    await flush();
    loads.load().finish('new');
    expect(await second).toBe('new');
  });
});

describe('a page under way, made from another cache', () => {
  it('is no answer to those who ask for it after an invalidation there, at first contact too', async () => {
    const { cache: data } = testCache({ name: 'data' });
    const { cache: pages } = testCache({ name: 'pages' });
    const loads = controlledLoads<string>();
    const page = () => pages.getOrSet('page', () => data.getOrSet('city', loads.loader, { tags: ['city'] }));
    const before = page();
    await flush();
    await data.invalidateTags(['city']);
    const after = page();
    await flush();
    loads.load(0).finish('old');
    await flush();
    loads.load(1).finish('new');
    expect(await before).toBe('old');
    expect(await after).toBe('new');
  });

  it('is not stored if the invalidation comes at any moment in which the other value is on its way', async () => {
    for (let moments = 0; moments < 12; moments += 1) {
      const { cache: data } = testCache({ name: 'data', backend: asyncBackend() });
      const { cache: pages } = testCache({ name: 'pages' });
      await data.set('city', 'old', { tags: ['city'] });
      const page = () => pages.getOrSet('page', async () => (await data.get<string>('city')) ?? 'none');
      const before = page();
      for (let moment = 0; moment < moments; moment += 1) await Promise.resolve();
      await data.invalidateTags(['city']);
      const after = page();
      await before;
      expect(await after, `${moments} moments`).toBe('none');
      expect(await pages.get('page')).not.toBe('old');
    }
  });
});

describe('what is made inside of something in another cache', () => {
  it('hands its own tags on under names by which they are heard there', () => {
    const [inside, outside] = [new InvalidationLog(), new InvalidationLog()];
    const outer = new Dependencies(outside);
    const inner = new Dependencies(inside, outer);
    inner.tag(['t']);
    const position = outside.head;
    outside.append(['t']);
    expect(outside.changedSince(outer.names, position)).toBe(false);
    inside.append(['t']);
    expect(inside.changedSince(inner.names, 0)).toBe(true);
    expect(outside.changedSince(outer.names, position)).toBe(true);
  });

  it('lets it hear what a third cache invalidates, from the moment it waits for a value there', () => {
    const [inside, outside, third] = [new InvalidationLog(), new InvalidationLog(), new InvalidationLog()];
    new Dependencies(inside, new Dependencies(outside)).hear(third);
    third.append(['t']);
    expect([inside.head, outside.head]).toEqual([1, 1]);
  });
});

describe('a chain of caches', () => {
  const chain = () => {
    const caches = ['one', 'two', 'three'].map((name) => testCache({ name }).cache);
    const [one, two, three] = caches as [Cache, Cache, Cache];
    const inner = () => one.getOrSet('inner', () => 1, { tags: ['t'] });
    const middle = () => two.getOrSet('middle', inner, { tags: ['m'] });
    const outer = () => three.getOrSet('outer', middle);
    return { one, two, three, middle, outer };
  };

  it('passes an invalidation on to its end', async () => {
    const { one, two, three, outer } = chain();
    await outer();
    await one.invalidateTags(['t']);
    expect([await two.has('middle'), await three.has('outer')]).toEqual([false, false]);
  });

  it('passes it on although the middle was a hit', async () => {
    const { one, three, middle, outer } = chain();
    await middle();
    await outer();
    await one.invalidateTags(['t']);
    expect(await three.has('outer')).toBe(false);
  });

  it('passes nothing back', async () => {
    const { one, two, three, outer } = chain();
    await outer();
    await two.invalidateTags(['m']);
    expect([await one.has('inner'), await two.has('middle'), await three.has('outer')]).toEqual([true, false, false]);
  });
});

describe('caches that depend on each other', () => {
  it('do not pass an invalidation round and round', async () => {
    const { cache: one } = testCache({ name: 'one' });
    const { cache: two } = testCache({ name: 'two' });
    await one.getOrSet('a', () => two.getOrSet('b', () => 1, { tags: ['t'] }));
    await two.getOrSet('c', () => one.getOrSet('d', () => 2, { tags: ['t'] }));
    await one.invalidateTags(['t']);
    expect([await one.has('a'), await one.has('d'), await two.has('b'), await two.has('c')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    await two.invalidateTags(['t']);
    expect([await one.has('a'), await two.has('b')]).toEqual([false, false]);
  });

  it('drop a page whose way to a value leads through the other and back', async () => {
    const { cache: one } = testCache({ name: 'one' });
    const { cache: two } = testCache({ name: 'two' });
    const city = () => one.getOrSet('city', () => 1, { tags: ['t'] });
    await one.getOrSet('page', () => two.getOrSet('fragment', city));
    await one.invalidateTags(['t']);
    expect(await two.has('fragment')).toBe(false);
    expect(await one.has('page')).toBe(false);
  });
});
