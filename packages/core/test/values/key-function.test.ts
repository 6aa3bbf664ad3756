import { describe, expect, it } from 'vitest';
import { type Cache, createCache, type Key, memory } from '../../src/index.ts';
import { useEngines } from '../support/engines.ts';
import { recordEvents } from '../support/record-events.ts';

const engines = useEngines();
/** memcached has no command for it. */
const canList = (name: string): boolean => name !== 'memcached';
const wrong = (value: unknown): never => value as never;

async function listed(cache: Cache, prefix?: Key): Promise<Key[]> {
  const keys: Key[] = [];
  for await (const key of cache.keys(prefix)) keys.push(key);
  return keys.sort((one, other) => (String(one) < String(other) ? -1 : 1));
}

describe.each(engines)('%s: a key function', (name, engine) => {
  const folded = (key: Key): Key => (typeof key === 'string' ? key.toLowerCase() : ['folded', ...key]);

  it('makes keys the same, for every method, and keeps apart what it leaves apart', async () => {
    const cache = createCache({ backend: engine(), keyFunction: folded });
    await cache.set('Ana', 1);
    await cache.setMany([[['Ana'], 2]]);
    expect(await cache.getMany(['ana', 'ANA', ['Ana'], ['ana']])).toEqual([1, 1, 2, undefined]);
    expect(await cache.getOrSet('aNa', () => 5)).toBe(1);
    expect(await cache.getOrSetMany(['ANA', 'Bob', 'BOB'], (keys) => keys.map((key) => key))).toEqual([
      1,
      'Bob',
      'Bob',
    ]);
    expect(await cache.increment('AnA')).toBe(2);
    expect(await cache.touch('ANa', '1h')).toBe(true);
    expect(await cache.add('aNA', 1)).toBe(false);
    expect(await cache.delete('ANA')).toBe(true);
    expect(await cache.has('ana')).toBe(false);
  });

  it('leaves namespaces and versions apart', async () => {
    const backend = engine();
    const one = createCache({ backend, keyFunction: () => 'same' });
    const two = createCache({ backend, keyFunction: () => 'same', version: '2' });
    const caches = [one, one.namespace('a'), one.namespace('b'), two, two.namespace('a')];
    for (const [index, cache] of caches.entries()) await cache.set('any', index);
    await caches[1]?.clear();
    const found = await Promise.all(caches.map((cache) => cache.get('other')));
    expect(found).toEqual([0, undefined, 2, 3, 4]);
  });

  it('is about locks and throttles too', async () => {
    let tenant = 'a';
    const cache = createCache({
      backend: engine(),
      keyFunction: (key) => [tenant, ...(typeof key === 'string' ? [key] : key)],
    });
    const lock = await cache.lock('job', { wait: 0 });
    await expect(cache.lock('job', { wait: 0 })).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    await cache.throttle('mail', { limit: 1, per: '1h' });
    tenant = 'b';
    await (await cache.lock('job', { wait: 0 })).release();
    await cache.throttle('mail', { limit: 1, per: '1h' });
    await expect(cache.throttle('mail', { limit: 1, per: '1h' })).rejects.toMatchObject({ code: 'ERR_CACHE_LIMIT' });
    await lock.release();
  });

  it.runIf(canList(name))('lists the keys that it made, by their beginning too', async () => {
    const cache = createCache({ backend: engine(), keyFunction: folded });
    for (const space of [cache, cache.namespace('n')]) {
      await space.setMany([
        ['Ana', 1],
        ['Bob', 2],
        [['Ana', 5], 3],
      ]);
      expect(await listed(space)).toEqual(['ana', 'bob', ['folded', 'Ana', 5]]);
      expect(await listed(space, 'a')).toEqual(['ana']);
      expect(await listed(space, ['folded', 'Ana'])).toEqual([['folded', 'Ana', 5]]);
    }
  });

  it('tells events the key as the caller gave it', async () => {
    const cache = createCache({ backend: engine(), keyFunction: folded });
    const events = recordEvents(cache, 'set', 'hit', 'miss', 'delete');
    await cache.get('A');
    await cache.set('A', 1);
    await cache.get('A');
    await cache.delete('A');
    expect(events.map((recorded) => [recorded.name, 'key' in recorded.event && recorded.event.key])).toEqual(
      ['miss', 'set', 'hit', 'delete'].map((event) => [event, 'A']),
    );
  });

  it('that makes something else than a key is named by every call', async () => {
    const cache = createCache({ backend: engine(), keyFunction: () => wrong({}) });
    for (const call of [cache.get('k'), cache.set('k', 1), cache.getOrSet('k', () => 1), cache.getMany(['k'])]) {
      await expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    }
  });
});

it('a key function must be a function', () => {
  expect(() => createCache({ keyFunction: wrong('md5') })).toThrow(expect.objectContaining({ option: 'keyFunction' }));
});

describe.each(engines)('%s: unusual keys', (name, engine) => {
  const halves = ['a\ud800', 'a\udfff', 'a\ufffd', '\ud800', '\udfff', '\\"a\\ud800"', '"a\\ud800"', '\\', '\\"', ''];

  it('half a surrogate pair is a character like any other', async () => {
    const cache = createCache({ backend: engine() });
    for (const space of [cache, cache.namespace('n'), cache.namespace('\ud800'), cache.namespace('\udfff')]) {
      const keys: Key[] = [...halves, ...halves.map((half) => [half])];
      await space.setMany(keys.map((key, index) => [key, index]));
      expect(await space.getMany(keys)).toEqual(keys.map((_, index) => index));
      expect(await space.getOrSet('a\ud800', () => 'loaded')).toBe(0);
      expect(await space.increment('a\udfff')).toBe(2);
      const list = canList(name) ? await listed(space) : keys;
      expect(list.map(String).sort()).toEqual(keys.map(String).sort());
    }
  });

  it('up to 65,536 characters are a key, more are an error that says so', async () => {
    const cache = createCache({ backend: engine() });
    const long = 'x'.repeat(65_536);
    await cache.set(long, 1);
    expect(await cache.get(long)).toBe(1);
    const error = { code: 'ERR_CACHE_KEY', message: 'A key takes 65537 characters; allowed: 65536.' };
    for (const key of [`${long}x`, ['x'.repeat(65_533)], `\ud800${'x'.repeat(65_528)}`] satisfies Key[]) {
      if (name === 'memory' && typeof key === 'string' && !key.isWellFormed()) continue;
      await expect(cache.set(key, 1)).rejects.toMatchObject(error);
      await expect(cache.get(key)).rejects.toMatchObject(error);
      await expect(cache.getOrSet(key, () => 1)).rejects.toMatchObject(error);
      await expect(cache.lock(key)).rejects.toMatchObject(error);
    }
  });
});

it('a key function is called once for each key, and a cache without one is as before', async () => {
  const seen: Key[] = [];
  const cache = createCache({ backend: memory(), keyFunction: (key) => (seen.push(key), key) });
  await cache.set('a', 1);
  await cache.getOrSet('a', () => 1);
  expect(seen).toEqual(['a', 'a']);
});
