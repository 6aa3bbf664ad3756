import { describe, expect, it } from 'vitest';
import { addTags, cached, CacheError, limitLifetime } from '../../src/index.ts';
import { failingBackend } from '../support/backends.ts';
import { deferred, failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

/** A function that counts its calls. */
function counted<Args extends unknown[], T>(make: (...args: Args) => T): { load: (...args: Args) => T; calls: Args[] } {
  const calls: Args[] = [];
  return {
    calls,
    load: (...args) => {
      calls.push(args);
      return make(...args);
    },
  };
}

describe('a cached function', () => {
  it('runs once for a key, however it returns', async () => {
    const { cache } = testCache();
    const { load, calls } = counted((id: number) => ({ id }));
    const synchronous = cached(cache, { name: 'synchronous' }, load);
    const asynchronous = cached(cache, { name: 'asynchronous' }, async (id: number) => load(id));
    for (const read of [synchronous, asynchronous]) {
      expect(await read(5)).toEqual({ id: 5 });
      expect(await read(5)).toEqual({ id: 5 });
      expect(await read(6)).toEqual({ id: 6 });
    }
    expect(calls).toEqual([[5], [6], [5], [6]]);
  });

  it('runs once for simultaneous calls', async () => {
    const { cache } = testCache();
    const result = deferred<string>();
    const { load, calls } = counted((_id: number) => result.promise);
    const read = cached(cache, { name: 'read' }, load);
    const answers = Promise.all([read(1), read(1), read(1)]);
    await flush();
    result.resolve('value');
    expect(await answers).toEqual(['value', 'value', 'value']);
    expect(calls).toHaveLength(1);
  });

  it('keeps null, and nothing that was thrown', async () => {
    const { cache } = testCache();
    const answers = [new Error('first'), null, 'never'];
    const read = cached(cache, { name: 'read' }, (): string | null => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? null;
    });
    expect(await failureOf(read())).toMatchObject({ message: 'first' });
    expect(await read()).toBeNull();
    expect(await read()).toBeNull();
  });

  it('has the lifetime of its options, and serves stale values within their windows', async () => {
    const { cache, clock } = testCache();
    let version = 0;
    const read = cached(cache, { name: 'read', ttl: '1m', staleWhileRevalidate: '1m' }, () => (version += 1));
    expect(await read()).toBe(1);
    clock.advance(59_999);
    expect(await read()).toBe(1);
    clock.advance(1);
    expect(await read()).toBe(1);
    await flush();
    expect(await read()).toBe(2);
  });

  it('carries its tags, those of arguments and result included', async () => {
    const { cache } = testCache();
    const { load, calls } = counted((id: number) => ({ id, country: 'DE' }));
    const read = cached(
      cache,
      { key: (id: number) => ['city', id], tags: (id) => [`city:${id}`], resultTags: ({ country }) => [country] },
      load,
    );
    for (const tag of ['city:5', 'DE', 'city:6']) {
      await read(5);
      await cache.invalidateTags([tag]);
    }
    await read(5);
    expect(calls).toHaveLength(3);
  });

  it('is invalidated with what was made from it', async () => {
    const { cache } = testCache();
    let population = 1;
    const city = cached(cache, { name: 'city' }, (id: number) => ({ id, population }));
    const page = cached(cache, { name: 'page' }, async (id: number) => `page of ${(await city(id)).population}`);
    const sum = cached(cache, { name: 'sum' }, async () => (await city(5)).population + (await city(6)).population);
    expect([await page(5), await page(6), await sum()]).toEqual(['page of 1', 'page of 1', 2]);
    population = 2;
    await city.invalidate(5);
    expect([await page(5), await page(6), await sum()]).toEqual(['page of 2', 'page of 1', 3]);
  });

  it('is invalidated while it runs', async () => {
    const { cache } = testCache();
    const results = [deferred<string>(), deferred<string>()];
    let runs = 0;
    const load = (_id: number): Promise<string> => (results[runs++] ?? deferred<string>()).promise;
    const read = cached(cache, { name: 'read' }, load);
    const before = read(1);
    await flush();
    await read.invalidate(1);
    const after = read(1);
    await flush();
    results[1]?.resolve('new');
    results[0]?.resolve('old');
    expect([await before, await after, await read(1)]).toEqual(['old', 'new', 'new']);
  });

  it('tells its key, and is refreshed', async () => {
    const { cache } = testCache();
    let version = 0;
    const read = cached(cache, { key: (id: number) => ['city', id] }, (id) => `${id} version ${(version += 1)}`);
    expect(await read(5)).toBe('5 version 1');
    expect(await cache.get(read.key(5))).toBe('5 version 1');
    expect(await read.refresh(5)).toBe('5 version 2');
    expect(await read(5)).toBe('5 version 2');
  });

  it('lives no longer than what it was made of', async () => {
    const { cache, clock } = testCache();
    const inner = cached(cache, { name: 'inner', ttl: '1m' }, () => (addTags('rates'), clock.now()));
    const { load, calls } = counted(async () => (await inner()) + 1);
    const outer = cached(cache, { name: 'outer', ttl: '1h' }, load);
    await outer();
    clock.advance(60_000);
    await outer();
    await cache.invalidateTags(['rates']);
    await outer();
    expect(calls).toHaveLength(3);
  });

  it('can shorten a single lifetime', async () => {
    const { cache, clock } = testCache();
    const { load, calls } = counted((id: number) => {
      if (id === 0) limitLifetime('1s');
      return null;
    });
    const read = cached(cache, { name: 'read', ttl: '1h' }, load);
    await Promise.all([read(0), read(1)]);
    clock.advance(1_000);
    await Promise.all([read(0), read(1)]);
    expect(calls).toEqual([[0], [1], [0]]);
  });

  it('answers when the cache is broken', async () => {
    const { cache } = testCache({ backend: failingBackend() });
    const read = cached(cache, { name: 'read' }, (id: number) => id);
    expect(await read(5)).toBe(5);
    expect(await failureOf(read.invalidate(5))).toMatchObject({ message: 'down' });
  });

  it('hands this on', async () => {
    const { cache } = testCache();
    const repository = {
      prefix: 'city',
      read: cached(cache, { name: 'read' }, function (this: { prefix: string }, id: number) {
        return `${this.prefix} ${id}`;
      }),
    };
    expect(await repository.read(5)).toBe('city 5');
  });

  it('has the name and the length of the function', () => {
    const { cache } = testCache();
    const read = cached(cache, {}, function readCity(id: number, _language: string) {
      return id;
    });
    expect([read.name, read.length]).toEqual(['readCity', 2]);
  });
});

describe('when', () => {
  it('lets calls go past the cache', async () => {
    const { cache } = testCache();
    const { load, calls } = counted((id: number, _preview: boolean) => id);
    const read = cached(cache, { key: (id: number) => ['city', id], when: (_, preview) => !preview }, load);
    await read(5, true);
    expect(await cache.has(['city', 5])).toBe(false);
    await read(5, false);
    await read(5, true);
    await read(5, false);
    expect(calls).toEqual([
      [5, true],
      [5, false],
      [5, true],
    ]);
  });

  it('makes no promise an answer', async () => {
    const { cache } = testCache();
    const read = cached(cache, { name: 'read', when: (async () => false) as never }, () => 1);
    expect(await failureOf(read())).toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'when' });
  });

  it('rejects with what it throws', async () => {
    const { cache } = testCache();
    const fail = (): never => {
      throw new Error('no');
    };
    for (const options of [{ when: fail }, { unless: fail }, { tags: fail }, { resultTags: fail }, { key: fail }]) {
      const read = cached(cache, { name: 'read', ...options }, () => 1);
      expect(await failureOf(read())).toMatchObject({ message: 'no' });
    }
  });
});

describe('unless', () => {
  it('keeps results from being stored, undefined too, for all who wait', async () => {
    const { cache } = testCache();
    const rows = new Map([[1, 'one']]);
    const { load, calls } = counted((id: number) => rows.get(id));
    const read = cached(cache, { name: 'read', unless: (row) => row === undefined }, load);
    expect(await Promise.all([read(1), read(2), read(2)])).toEqual(['one', undefined, undefined]);
    rows.set(2, 'two');
    expect(await Promise.all([read(1), read(2)])).toEqual(['one', 'two']);
    expect(await read(2)).toBe('two');
    expect(calls).toEqual([[1], [2], [2]]);
  });

  it('keeps what is made of such a result from being stored', async () => {
    const { cache } = testCache();
    const inner = cached(cache, { name: 'inner', unless: (city) => city === null }, (): string | null => null);
    const { load, calls } = counted(async () => `page of ${await inner()}`);
    const page = cached(cache, { name: 'page' }, load);
    expect([await page(), await page()]).toEqual(['page of null', 'page of null']);
    expect(calls).toHaveLength(2);
  });

  it('removes what was there', async () => {
    const { cache } = testCache();
    const answers: (string | null)[] = ['first', null, 'third'];
    const read = cached(cache, { name: 'read', unless: (answer) => answer === null }, () => answers.shift() ?? null);
    await read();
    expect(await read.refresh()).toBeNull();
    expect(await cache.get(read.key())).toBeUndefined();
  });
});

describe('default keys', () => {
  it('are the name and the arguments without those that are ignored', async () => {
    const { cache } = testCache();
    const { load, calls } = counted((id: number, _trace: object, language: string = 'en') => `${id} ${language}`);
    const read = cached(cache, { name: 'city', ignore: [1] }, load);
    expect(read.key(5, {}, 'de')).toEqual(['city', 5, 'de']);
    await read(5, { trace: 1 });
    await read(5, () => {});
    await read(5, {}, 'de');
    expect(calls.map(([id, , language]) => [id, language])).toEqual([
      [5, undefined],
      [5, 'de'],
    ]);
  });

  it('begin with the name of the function', async () => {
    const { cache } = testCache();
    const read = cached(cache, {}, function readCity(id: number) {
      return id;
    });
    expect(read.key(5)).toEqual(['readCity', 5]);
  });

  it('of two functions of one name are refused, unless a name says that they share', async () => {
    const { cache } = testCache();
    const make = (answer: string, options = {}) =>
      cached(cache, options, function load() {
        return answer;
      });
    const [first, second] = [make('first'), make('second')];
    expect(await first()).toBe('first');
    expect(await failureOf(second())).toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'name' });
    expect(await first()).toBe('first');
    expect(await make('elsewhere', { name: 'mine' })()).toBe('elsewhere');
    expect(await make('shares', { name: 'mine' })()).toBe('elsewhere');
    const other = cached(cache.namespace('other'), {}, function load() {
      return 'other';
    });
    expect(await other()).toBe('other');
  });

  it('need a name', async () => {
    const { cache } = testCache();
    const read = cached(
      cache,
      {},
      (
        () => () =>
          1
      )(),
    );
    expect(await failureOf(read())).toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'name' });
  });

  it('are not made of what is no data', async () => {
    const { cache } = testCache();
    const read = cached(cache, { name: 'read' }, (_value: unknown) => 1);
    const error = await failureOf(read(new AbortController().signal));
    expect(error).toBeInstanceOf(CacheError);
    expect(error).toMatchObject({ code: 'ERR_CACHE_KEY' });
    expect((error as CacheError).message).toMatch(
      /^Argument 0 of a cached function is an instance of AbortSignal; allowed: .*`key`/,
    );
  });
});

describe('a hit', () => {
  it('asks neither for tags nor for the function', async () => {
    const { cache } = testCache();
    const tags = counted((id: number) => [`city:${id}`]);
    const read = cached(cache, { name: 'read', tags: tags.load }, (id: number) => id);
    const events = recordEvents(cache, 'hit', 'miss');
    await read(5);
    await read(5);
    expect(events.map(({ name }) => name)).toEqual(['miss', 'hit']);
    expect(tags.calls).toEqual([[5]]);
  });
});

describe('wrong use of cached', () => {
  const { cache } = testCache();
  const load = (): number => 1;
  const wrong = (...given: unknown[]): unknown => (cached as unknown as (...given: unknown[]) => unknown)(...given);
  it.each<[string, string, unknown[]]>([
    ['no cache', 'cache', [undefined, {}, load]],
    ['a cache of another kind', 'cache', [new Map(), {}, load]],
    ['an empty name of a cache', 'cache', ['', {}, load]],
    ['no function', 'load', [cache, {}]],
    ['no options', 'options', [cache, undefined, load]],
    ['a cache as options of a decorator', 'options', [cache]],
    ['a decorator without a cache', 'cache', [{}]],
    ['nothing', 'options', []],
    ['an unknown option', 'timeToLive', [cache, { timeToLive: 1 }, load]],
    ['a wrong ttl', 'ttl', [cache, { ttl: 'long' }, load]],
    ['a wrong window', 'staleIfError', [cache, { staleIfError: -1 }, load]],
    ['a wrong time to load', 'loadTimeout', [cache, { loadTimeout: -1 }, load]],
    ['a text as tags', 'tags', [cache, { tags: 'city' }, load]],
    ['a key that is none', 'key', [cache, { key: 'city' }, load]],
    ['an empty name', 'name', [cache, { name: '' }, load]],
    ['names as ignored arguments', 'ignore', [cache, { ignore: ['id'] }, load]],
    ['a condition that is none', 'when', [cache, { when: true }, load]],
    ['an exception that is none', 'unless', [cache, { unless: null }, load]],
    ['tags of the result that are none', 'resultTags', [cache, { resultTags: ['x'] }, load]],
  ])('(%s) is named at the call: %s', (_, option, given) => {
    expect(() => wrong(...given)).toThrow(
      expect.objectContaining({ name: 'CacheError', code: 'ERR_CACHE_OPTION', option }),
    );
  });

  it('that shows only in a call rejects it', async () => {
    const tagged = cached(cache, { name: 'a', tags: () => 'city' as never }, load);
    expect(await failureOf(tagged())).toMatchObject({ option: 'tags' });
    const nothing = cached(cache, { name: 'b' }, (() => undefined) as never);
    expect(await failureOf(nothing())).toMatchObject({ code: 'ERR_CACHE_VALUE' });
    const keyed = cached(cache, { key: () => undefined as never }, load);
    expect(await failureOf(keyed())).toMatchObject({ code: 'ERR_CACHE_KEY' });
    const nowhere = cached(() => undefined as never, { name: 'c' }, load);
    expect(await failureOf(nowhere())).toMatchObject({ option: 'cache' });
  });
});
