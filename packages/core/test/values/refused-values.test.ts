import { describe, expect, it } from 'vitest';
import { type Cache, type CacheOptions, createCache, jsonCodec } from '../../src/index.ts';
import { type EngineOptions, useEngines } from '../support/engines.ts';
import { recordEvents } from '../support/record-events.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const engines = useEngines();
const REFUSED = { name: 'CacheError', code: 'ERR_CACHE_VALUE' };
const SMALL = 'small';

const cycle: unknown[] = [];
cycle.push(cycle);

/** What is refused, where, and the words that name it. */
const refusals: [name: string, value: unknown, message: RegExp, of: EngineOptions & Pick<CacheOptions, 'values'>][] = [
  ['a function', { call: () => {} }, /cloned.*allowed: /, { values: 'cloned' }],
  ['a function alone', () => 1, /cloned.*allowed: /, { values: 'cloned' }],
  ['more bytes than there may be', 'x'.repeat(50_000), /The \w+ takes \d+ bytes; allowed: /, { largest: 40_000 }],
];
const refusalsOfJson: typeof refusals = [
  ['a bigint', { big: 1n }, /holds a bigint; allowed: /, { codec: jsonCodec }],
  ['a cycle', cycle, /holds a cycle; allowed: /, { codec: jsonCodec }],
  ['a symbol', [Symbol('s')], /holds a symbol; allowed: /, { codec: jsonCodec }],
];

describe.each(engines)('%s', (name, engine) => {
  describe.each(name === 'memory' ? refusals : [...refusals, ...refusalsOfJson])(
    'a value that is or holds %s',
    (_, value, message, { values = 'frozen', ...options }) => {
      const open = (): Cache => createCache({ backend: engine(options), values });

      it.each<[string, (cache: Cache) => Promise<unknown>]>([
        ['set', (cache) => cache.set('k', value)],
        ['set over another', async (cache) => (await cache.set('k', SMALL), cache.set('k', value))],
        ['add', (cache) => cache.add('k', value)],
        ['replace', async (cache) => (await cache.set('k', SMALL), cache.replace('k', value))],
        [
          'setMany',
          (cache) =>
            cache.setMany([
              ['a', SMALL],
              ['k', value],
              ['z', SMALL],
            ]),
        ],
      ])('is refused by %s, which leaves nothing behind', async (_name, write) => {
        const cache = open();
        const errors = recordEvents(cache, 'error');
        await expect(write(cache)).rejects.toMatchObject({
          ...REFUSED,
          message: expect.stringMatching(message) as string,
        });
        expect(await cache.getMany(['a', 'k', 'z'])).toEqual([undefined, undefined, undefined]);
        expect(errors).toEqual([]);
        await cache.set('k', SMALL);
        expect(await cache.get('k')).toBe(SMALL);
      });

      it('is answered by getOrSet, which tells of the write that was dropped', async () => {
        const cache = open();
        const events = recordEvents(cache, 'error', 'load');
        await cache.set('k', SMALL, { ttl: 0, staleWhileRevalidate: '1h' });
        expect(await cache.getOrSet('k', () => value as object)).toBe(value);
        expect(events).toMatchObject([{ name: 'error', event: { error: REFUSED } }, { event: { stored: false } }]);
        expect(await cache.get('k')).toBeUndefined();
      });
    },
  );

  it('a promise is refused, with the advice to await it', async () => {
    const cache = createCache({ backend: engine() });
    const advice = { ...REFUSED, message: expect.stringContaining('await it') as string };
    await expect(cache.set('k', Promise.resolve(1))).rejects.toMatchObject(advice);
    await expect(cache.add('k', Promise.resolve(1))).rejects.toMatchObject(advice);
    expect(await cache.has('k')).toBe(false);
  });

  it('undefined among others changes nothing', async () => {
    const cache = createCache({ backend: engine() });
    await cache.set('a', SMALL);
    await expect(
      cache.setMany([
        ['a', 1],
        ['b', undefined],
      ]),
    ).rejects.toMatchObject(REFUSED);
    await expect(cache.set('a', undefined)).rejects.toMatchObject(REFUSED);
    await expect(cache.replace('a', undefined)).rejects.toMatchObject(REFUSED);
    expect(await cache.getMany(['a', 'b'])).toEqual([SMALL, undefined]);
  });

  it('what is no number cannot be counted, and stays', async () => {
    const cache = createCache({ backend: engine() });
    for (const value of ['1', null, true, 1n, { n: 1 }, [1], new Date(0), Number.NaN]) {
      await cache.set('k', value);
      await expect(cache.increment('k')).rejects.toMatchObject(REFUSED);
      await expect(cache.decrement('k')).rejects.toMatchObject(REFUSED);
      expect(await cache.get('k')).toEqual(value);
    }
    for (const wrong of [Number.NaN, Infinity, '1' as never, 1n as never]) {
      await expect(cache.increment('n', wrong)).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'delta' });
      await expect(cache.increment('n', 1, { initial: wrong })).rejects.toMatchObject({ option: 'initial' });
    }
    expect(await cache.has('n')).toBe(false);
  });

  it.each([Number.NaN, Infinity, -1, '5 minutes', null])('a ttl of %s is refused by every write', async (given) => {
    const cache = createCache({ backend: engine() });
    const ttl = given as never;
    await cache.set('there', SMALL);
    const writes: Promise<unknown>[] = [
      cache.set('k', 1, { ttl }),
      cache.setMany([['k', 1]], { ttl }),
      cache.add('k', 1, { ttl }),
      cache.add('there', 1, { ttl }),
      cache.replace('k', 1, { ttl }),
      cache.replace('there', 1, { staleIfError: ttl }),
      cache.increment('k', 1, { ttl }),
      cache.getOrSet('k', () => 1, { ttl }),
      cache.touch('there', ttl),
    ];
    for (const write of writes) {
      await expect(write).rejects.toMatchObject({ name: 'CacheError', code: 'ERR_CACHE_OPTION' });
    }
    expect(await cache.getMany(['k', 'there'])).toEqual([undefined, SMALL]);
  });
});
