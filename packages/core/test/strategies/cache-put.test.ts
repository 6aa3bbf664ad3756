import { describe, expect, it } from 'vitest';
import { cached, cachePut, createCache } from '../../src/index.ts';
import { failingBackend } from '../support/backends.ts';
import { deferred, failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

interface City {
  readonly id: number;
  readonly name: string;
}
const keyOf = (city: City): [string, number] => ['city', city.id];

describe('a putting function', () => {
  it('runs each time, and its result is what others read', async () => {
    const { cache, clock } = testCache();
    let runs = 0;
    const save = cachePut(cache, { key: keyOf, ttl: '1m' }, async (city: City) => {
      runs += 1;
      return { ...city, runs };
    });
    expect(await save({ id: 5, name: 'a' })).toEqual({ id: 5, name: 'a', runs: 1 });
    expect(await save({ id: 5, name: 'b' })).toEqual({ id: 5, name: 'b', runs: 2 });
    expect(await cache.get(['city', 5])).toEqual({ id: 5, name: 'b', runs: 2 });
    clock.advance(60_000);
    expect(await cache.get(['city', 5])).toBeUndefined();
  });

  it('can take key, value and tags from the result', async () => {
    const { cache } = testCache();
    const create = cachePut(
      cache,
      {
        resultKey: (id) => ['city', id],
        value: (id, name) => ({ id, name }),
        resultTags: (id) => [`city:${id}`],
        tags: ['cities'],
      },
      async (_name: string) => 7,
    );
    expect(await create('Berlin')).toBe(7);
    expect(await cache.get(['city', 7])).toEqual({ id: 7, name: 'Berlin' });
    expect((await cache.entry(['city', 7]))?.tags).toEqual(expect.arrayContaining(['cities', 'city:7']));
    await cache.invalidateTags(['city:7']);
    expect(await cache.get(['city', 7])).toBeUndefined();
  });

  it('drops what was made from the value before, and depends on what it read', async () => {
    const { cache, clock } = testCache();
    const rows = new Map<number, City>([[5, { id: 5, name: 'old' }]]);
    const country = cached(cache, { name: 'country', tags: ['country:DE'], ttl: '1s' }, () => 'DE');
    const read = cached(cache, { key: (id: number) => ['city', id] }, (id) => rows.get(id) ?? null);
    const page = cached(cache, { name: 'page' }, async (id: number) => `page of ${(await read(id))?.name}`);
    const save = cachePut(cache, { key: keyOf }, async (city: City) => {
      rows.set(city.id, city);
      return { ...city, country: await country() };
    });
    expect(await page(5)).toBe('page of old');
    await save({ id: 5, name: 'new' });
    expect(await page(5)).toBe('page of new');
    await cache.invalidateTags(['country:DE']);
    expect(await cache.get(['city', 5])).toBeUndefined();
    await save({ id: 5, name: 'newer' });
    clock.advance(999);
    expect(await cache.has(['city', 5])).toBe(true);
    clock.advance(1);
    expect(await cache.has(['city', 5])).toBe(false);
  });

  it('leaves the cache alone when it throws, and when `when` says so', async () => {
    const { cache } = testCache();
    await cache.set(['city', 5], 'before');
    const save = cachePut(cache, { key: keyOf, when: ({ name }) => name !== 'draft' }, async (city: City) => {
      if (city.name === '') throw new Error('no name');
      return city;
    });
    expect(await failureOf(save({ id: 5, name: '' }))).toMatchObject({ message: 'no name' });
    expect(await save({ id: 5, name: 'draft' })).toEqual({ id: 5, name: 'draft' });
    expect(await cache.get(['city', 5])).toBe('before');
  });

  it('removes what was there if its result must not or cannot be stored', async () => {
    const { cache } = testCache();
    const events = recordEvents(cache, 'error');
    const saves = [
      cachePut(cache, { key: keyOf, unless: () => true }, (city: City) => city),
      cachePut(cache, { key: keyOf }, (_city: City) => {}),
      cachePut(cache, { key: keyOf, value: () => Promise.resolve(1) }, (city: City) => city),
      cachePut(cache, { key: keyOf, ttl: 0 }, (city: City) => city),
    ];
    for (const save of saves) {
      await cache.set(['city', 5], 'before');
      await save({ id: 5, name: 'a' });
      expect(await cache.get(['city', 5])).toBeUndefined();
    }
    expect(events).toMatchObject([
      { event: { operation: 'set', key: ['city', 5], error: { code: 'ERR_CACHE_VALUE' } } },
      { event: { operation: 'set', key: ['city', 5], error: { code: 'ERR_CACHE_VALUE' } } },
    ]);
  });

  it('removes what was there if an option throws after the call', async () => {
    const { cache } = testCache();
    await cache.set(['city', 5], 'before');
    const fail = (): never => {
      throw new Error('no');
    };
    const save = cachePut(cache, { key: keyOf, resultTags: fail }, (city: City) => city);
    expect(await failureOf(save({ id: 5, name: 'a' }))).toMatchObject({ message: 'no' });
    expect(await cache.get(['city', 5])).toBeUndefined();
  });

  it('returns what it returned though the cache is broken', async () => {
    const { cache } = testCache({ backend: failingBackend() });
    const save = cachePut(cache, { key: keyOf }, (city: City) => city.name);
    const events = recordEvents(cache, 'error');
    expect(await save({ id: 5, name: 'a' })).toBe('a');
    expect(events.map(({ event }) => event)).toContainEqual(expect.objectContaining({ operation: 'invalidate' }));
  });
});

/** A write of 'city 5' that is under way. */
async function saving() {
  const { cache } = testCache();
  const result = deferred<string>();
  const save = cachePut(cache, { key: () => 'city 5', tags: ['cities'] }, () => result.promise);
  const call = save();
  await flush();
  return { cache, result, call };
}

describe('a put during which something happened', () => {
  it('is stored over a load that began before it', async () => {
    const { cache, result, call } = await saving();
    const loaded = deferred<string>();
    const read = cache.getOrSet('city 5', () => loaded.promise);
    await flush();
    result.resolve('saved');
    await call;
    loaded.resolve('older');
    expect(await read).toBe('older');
    expect(await cache.get('city 5')).toBe('saved');
  });

  it('is stored over what was loaded meanwhile', async () => {
    const { cache, result, call } = await saving();
    await cache.getOrSet('city 5', () => 'older');
    result.resolve('saved');
    await call;
    expect(await cache.get('city 5')).toBe('saved');
  });

  const happenings: Record<string, (cache: ReturnType<typeof createCache>) => Promise<unknown>> = {
    'the key was set': (cache) => cache.set('city 5', 'other'),
    'the key was deleted': (cache) => cache.delete('city 5'),
    'a tag was invalidated': (cache) => cache.invalidateTags(['cities']),
    'another put ended': (cache) => cachePut(cache, { key: () => 'city 5' }, () => 'other')(),
  };
  it.each(Object.entries(happenings))('leaves the key empty: %s', async (_, happen) => {
    const { cache, result, call } = await saving();
    await happen(cache);
    result.resolve('saved');
    expect(await call).toBe('saved');
    expect(await cache.get('city 5')).toBeUndefined();
  });
});

describe('wrong use of cachePut', () => {
  const { cache } = testCache();
  const wrong = (...given: unknown[]): unknown => (cachePut as unknown as (...given: unknown[]) => unknown)(...given);
  const save = (): number => 1;
  it.each<[string, string, unknown[]]>([
    ['no key', 'key', [cache, {}, save]],
    ['two keys', 'key', [cache, { key: save, resultKey: save }, save]],
    ['no function', 'write', [cache, { key: save }]],
    ['no options', 'options', [cache, undefined, save]],
    ['an unknown option', 'name', [cache, { key: save, name: 'x' }, save]],
    ['a wrong ttl', 'ttl', [cache, { key: save, ttl: -1 }, save]],
    ['a value that is no function', 'value', [cache, { key: save, value: 1 }, save]],
    ['no cache', 'cache', [{ key: save }]],
  ])('(%s) is named at the call: %s', (_, option, given) => {
    expect(() => wrong(...given)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }));
  });

  it('with a key that is none rejects before the function runs', async () => {
    let ran = false;
    const broken = cachePut(cache, { key: () => undefined as never }, () => (ran = true));
    expect(await failureOf(broken())).toMatchObject({ code: 'ERR_CACHE_KEY' });
    expect(ran).toBe(false);
  });
});
