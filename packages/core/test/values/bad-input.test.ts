import { describe, expect, it } from 'vitest';
import { type Cache, CacheError, createCache, memory } from '../../src/index.ts';
import { recordingBackend } from '../support/backends.ts';

/** What a JavaScript caller can do although the types forbid it. */
const wrong = (value: unknown): never => value as never;

const thrown = async (work: () => unknown): Promise<CacheError> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(CacheError);
    return error as CacheError;
  }
  throw new Error('Nothing was thrown.');
};

describe('a wrong option', () => {
  const withOptions: Record<string, (cache: Cache, options: object) => unknown> = {
    set: (cache, options) => cache.set('k', 1, options),
    setMany: (cache, options) => cache.setMany([['k', 1]], options),
    add: (cache, options) => cache.add('k', 1, options),
    getOrSet: (cache, options) => cache.getOrSet('k', () => 1, options),
  };
  const wrongOptions: [option: string, value: unknown, message: RegExp][] = [
    ['ttl', -1, /^Option `ttl` is -1; allowed: milliseconds >= 0/],
    ['ttl', '5 minutes', /^Option `ttl` is "5 minutes"; allowed: .*'5m'/],
    ['ttl', Number.NaN, /^Option `ttl` is NaN/],
    ['ttl', null, /^Option `ttl` is null/],
    ['staleWhileRevalidate', Infinity, /^Option `staleWhileRevalidate` is Infinity; allowed: .*'forever'/],
    ['staleIfError', {}, /^Option `staleIfError` is a value of type object/],
    ['tags', 'city', /^Option `tags` is "city"; allowed: an array of non-empty strings/],
    ['tags', [''], /^Option `tags` is ""/],
    ['tags', [5], /^Option `tags` is 5/],
    ['tags', ['\0internal'], /^Option `tags` is "\\u0000internal"/],
    ['timeToLive', '5m', /^Unknown option `timeToLive`; allowed: ttl, staleWhileRevalidate, staleIfError, tags/],
  ];

  describe.each(Object.entries(withOptions))('of %s', (_, call) => {
    it.each(wrongOptions)(
      '(%s: %j) is named, with what is allowed, and nothing is stored',
      async (option, value, message) => {
        const { backend, calls } = recordingBackend();
        const error = await thrown(() => call(createCache({ backend }), { [option]: value }));
        expect(error).toMatchObject({ name: 'CacheError', code: 'ERR_CACHE_OPTION', option });
        expect(error.message).toMatch(message);
        expect(calls.filter(({ operation }) => operation === 'set')).toEqual([]);
      },
    );

    it('that is undefined counts as left out', async () => {
      const cache = createCache();
      await call(cache, { ttl: undefined, tags: undefined, staleIfError: undefined });
      expect(await cache.get('k')).toBe(1);
    });
  });

  it.each<[string, object]>([
    ['loadTimeout', { loadTimeout: -5 }],
    ['signal', { signal: 5 }],
    ['signal', { signal: {} }],
  ])('%s of getOrSet is named', async (option, options) => {
    expect(await thrown(() => createCache().getOrSet('k', () => 1, options))).toMatchObject({ option });
  });

  it.each<[string, unknown]>([
    ['name', ''],
    ['name', '1st'],
    ['name', 'with blank'],
    ['name', 5],
    ['name', ['a']],
    ['ttl', '-1s'],
    ['staleWhileRevalidate', 'never'],
    ['staleIfError', []],
    ['loadTimeout', '30'],
    ['values', 'copied'],
    ['backend', {}],
    ['backend', 'memory'],
    ['clock', {}],
    ['clock', Date],
    ['unknown', 1],
  ])('of createCache (%s: %j) is named at the call', async (option, value) => {
    const error = await thrown(() => createCache({ [option]: value }));
    expect(error).toMatchObject({ code: 'ERR_CACHE_OPTION', option });
    expect(error.message).toContain('allowed: ');
  });

  it.each<[string, unknown]>([
    ['maxBytes', 0],
    ['maxBytes', 1.5],
    ['maxBytes', '1MB'],
    ['maxEntries', -1],
    ['maxEntries', Infinity],
    ['weigh', 5],
    ['max', 5],
  ])('of memory (%s: %j) is named at the call', async (option, value) => {
    expect(await thrown(() => memory({ [option]: value }))).toMatchObject({ code: 'ERR_CACHE_OPTION', option });
  });

  it('of touch, invalidateTags, namespace and on is named', async () => {
    const cache = createCache();
    const options = [
      await thrown(() => cache.touch('k', wrong('soon'))),
      await thrown(() => cache.invalidateTags(wrong('t'))),
      await thrown(() => cache.invalidateTags([wrong(undefined)])),
      await thrown(() => cache.namespace('')),
      await thrown(() => cache.namespace(wrong(5))),
      await thrown(() => cache.on(wrong('hits'), () => {})),
      await thrown(() => cache.on('hit', wrong(undefined))),
    ].map(({ option }) => option);
    expect(options).toEqual(['ttl', 'tags', 'tags', 'name', 'name', 'event', 'listener']);
  });

  it('given to context.tag or context.lifetime fails the load', async () => {
    const cache = createCache();
    const tag = () => cache.getOrSet('k', (context) => (context.tag(wrong(5)), 1));
    const lifetime = () => cache.getOrSet('k', (context) => (context.lifetime(-1), 1));
    expect(await thrown(tag)).toMatchObject({ option: 'tags' });
    expect(await thrown(lifetime)).toMatchObject({ option: 'lifetime' });
    expect(await cache.has('k')).toBe(false);
  });

  it('invalidates none of the tags beside it', async () => {
    const cache = createCache();
    await cache.set('k', 1, { tags: ['t'] });
    await thrown(() => cache.invalidateTags(['t', '']));
    expect(await cache.get('k')).toBe(1);
  });
});

describe('a wrong key', () => {
  const withKey: Record<string, (cache: Cache, key: never) => unknown> = {
    get: (cache, key) => cache.get(key),
    getMany: (cache, key) => cache.getMany(['a', key]),
    set: (cache, key) => cache.set(key, 1),
    setMany: (cache, key) =>
      cache.setMany([
        ['a', 1],
        [key, 1],
      ]),
    add: (cache, key) => cache.add(key, 1),
    touch: (cache, key) => cache.touch(key, '1m'),
    has: (cache, key) => cache.has(key),
    delete: (cache, key) => cache.delete(key),
    deleteMany: (cache, key) => cache.deleteMany(['a', key]),
    getOrSet: (cache, key) => cache.getOrSet(key, () => 1),
  };
  const wrongKeys = [
    5,
    null,
    undefined,
    {},
    [],
    true,
    [undefined],
    [{}],
    [['nested']],
    [Number.NaN],
    [Infinity],
    [Symbol('s')],
    // oxlint-disable-next-line no-sparse-arrays
    ['a', , 'b'],
    { length: 1, 0: 'a' },
  ];

  it.each(Object.entries(withKey))('given to %s rejects with what is allowed', async (_, call) => {
    for (const key of wrongKeys) {
      const error = await thrown(() => call(createCache({ backend: memory({ maxEntries: 1 }) }), wrong(key)));
      expect(error.code).toBe('ERR_CACHE_KEY');
      expect(error.message).toMatch(/^A key \(or a part of it\) is .+; allowed: a string, or a non-empty array of/);
    }
  });

  it.each(['setMany', 'deleteMany'])('among others given to %s leaves all as it was', async (method) => {
    const cache = createCache();
    await cache.set('a', 'before');
    await thrown(() => withKey[method]?.(cache, wrong(5)));
    expect(await cache.get('a')).toBe('before');
  });
});

describe('a wrong value', () => {
  it.each<[string, (cache: Cache) => unknown]>([
    ['set', (cache) => cache.set('k', undefined)],
    ['add', (cache) => cache.add('k', undefined)],
    ['setMany', (cache) => cache.setMany([['k', undefined]])],
    ['getOrSet', (cache) => cache.getOrSet('k', () => wrong(undefined))],
  ])('(undefined) given to %s rejects and says to use null', async (_, call) => {
    const error = await thrown(() => call(createCache()));
    expect(error).toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(error.message).toContain('`null` for "nothing"');
  });

  it('among others given to setMany leaves all as it was', async () => {
    const cache = createCache();
    await thrown(() =>
      cache.setMany([
        ['a', 1],
        ['b', undefined],
      ]),
    );
    expect(await cache.has('a')).toBe(false);
  });

  it('for the loader is named', async () => {
    expect(await thrown(() => createCache().getOrSet('k', wrong('no function')))).toMatchObject({ option: 'loader' });
  });
});

describe('the error', () => {
  it('comes as a rejection from methods that return a promise', () => {
    const cache = createCache();
    const calls = [cache.get(wrong(5)), cache.getOrSet(wrong(5), () => 1), cache.getOrSet('k', () => 1, { ttl: -1 })];
    return Promise.all(calls.map((call) => expect(call).rejects.toBeInstanceOf(CacheError)));
  });

  it('shows long text shortened', async () => {
    const error = await thrown(() => createCache().set('k', 1, { ttl: wrong('x'.repeat(10_000)) }));
    expect(error.message.length).toBeLessThan(300);
  });
});
