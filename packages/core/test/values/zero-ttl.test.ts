import { describe, expect, it } from 'vitest';
import { addTags, createCache, limitLifetime } from '../../src/index.ts';
import { useEngines } from '../support/engines.ts';

const windows = { staleWhileRevalidate: '1h', staleIfError: 'forever' } as const;

/** Whatever was there, stale or fresh, is not: the next load is waited for. */
const LOADED = { loaded: true };

describe.each(useEngines())('%s: a ttl of 0', (_, engine) => {
  it.each(['cache', 'call'])(
    'stores nothing and removes what was there, whatever windows the %s gives',
    async (where) => {
      const cache = createCache({ backend: engine(), ...(where === 'cache' && windows) });
      const options = { ttl: 0, ...(where === 'call' && windows) };
      const gone = async (key: string): Promise<void> => {
        expect(await cache.entry(key)).toBeUndefined();
        expect(await cache.getOrSet(key, () => LOADED)).toEqual(LOADED);
      };
      await cache.setMany(['set', 'setMany', 'replace', 'touch'].map((key) => [key, 'old']));
      await cache.set('set', 'new', options);
      await cache.setMany([['setMany', 'new']], options);
      expect(await cache.replace('replace', 'new', options)).toBe(false);
      expect(await cache.add('add', 'new', options)).toBe(false);
      expect(await cache.touch('touch', 0)).toBe(true);
      expect(await cache.increment('increment', 5, options)).toBe(5);
      expect(await cache.increment('increment', 5, options)).toBe(5);
      expect(await cache.getOrSet('getOrSet', () => 'new', options)).toBe('new');
      for (const key of ['set', 'setMany', 'replace', 'add', 'touch', 'increment', 'getOrSet']) await gone(key);
    },
  );

  it('is what a loader, or what it calls, says by a lifetime of 0', async () => {
    const cache = createCache({ backend: engine(), ...windows });
    await cache.getOrSet('outer', async () => {
      await cache.getOrSet('inner', ({ lifetime }) => (lifetime(0), 1));
      addTags('t');
      return 1;
    });
    await cache.getOrSet('called', () => (limitLifetime(0), 1));
    for (const key of ['inner', 'outer', 'called']) expect(await cache.entry(key)).toBeUndefined();
  });

  it('of the cache leaves its windows to the calls that give a ttl', async () => {
    const cache = createCache({ backend: engine(), ttl: 0, ...windows });
    await cache.set('a', 1);
    await cache.set('b', 1, { ttl: '1m' });
    await cache.expire('b');
    expect(await cache.getOrSet('a', () => LOADED)).toEqual(LOADED);
    expect(await cache.getOrSet('b', () => LOADED)).toBe(1);
  });
});
