import { describe, expect, it } from 'vitest';
import type { StoreContext } from '../../src/backends/backend.ts';
import { spaceOf } from '../../src/cache.ts';
import { type Cache, type CacheError, createCache, memory } from '../../src/index.ts';
import {
  type PartialWriteError,
  type Source,
  type WriteContext,
  writeAround,
  writeThrough,
} from '../../src/strategies/index.ts';
import { SharedMemory } from '../backends/shared-memory.ts';
import { asyncBackend } from '../support/backends.ts';
import { type Deferred, deferred, failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

/** One call of a source, which the test lets begin and end. */
interface Step {
  readonly call: string;
  /** Reads or writes what is there. */
  begin(): void;
  /** Answers, with an error if given. */
  end(error?: Error): Promise<void>;
}

/** A table whose calls do nothing until the test says so. */
function steppedTable() {
  const rows = new Map<string, string>();
  const steps: Step[] = [];
  const stepped = <T>(call: string, work: () => T): Promise<T> => {
    const answer: Deferred<T> = deferred();
    let done: { readonly value: T } | undefined;
    const begin = (): void => {
      done ??= { value: work() };
    };
    steps.push({
      call,
      begin,
      async end(error) {
        if (error === undefined) begin();
        if (error !== undefined) answer.reject(error);
        else answer.resolve((done as { readonly value: T }).value);
        await settledTurns();
      },
    });
    return answer.promise;
  };
  const source: Source<string, string> = {
    load: (key) => stepped(`load ${key}`, () => rows.get(key)),
    save: (key, value) => stepped(`save ${key} ${value}`, () => void rows.set(key, value)),
    remove: (key) => stepped(`remove ${key}`, () => void rows.delete(key)),
  };
  /** The call that was made last. */
  const last = async (): Promise<Step> => {
    await settledTurns();
    const step = steps.at(-1);
    if (step === undefined) throw new Error('Nothing was called.');
    return step;
  };
  return { rows, steps, source, last };
}

/** Lets a few exchanges with a store that answers in promises happen. */
async function settledTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await flush();
}

const places: [name: string, make: () => [Cache, Cache]][] = [
  [
    'memory',
    () => {
      const { cache } = testCache();
      return [cache, cache];
    },
  ],
  [
    'an asynchronous backend',
    () => {
      const { cache } = testCache({ backend: asyncBackend() });
      return [cache, cache];
    },
  ],
  [
    'two processes',
    () => {
      const server = new SharedMemory();
      return [createCache({ backend: server.client() }), createCache({ backend: server.client() })];
    },
  ],
  [
    'two processes that hear of each other late',
    () => {
      const server = new SharedMemory();
      server.lagging = true;
      return [createCache({ backend: server.client() }), createCache({ backend: server.client() })];
    },
  ],
];

describe.each(places)('writeThrough in %s', (_, make) => {
  function prepare() {
    const table = steppedTable();
    const caches = make();
    const [here, there] = caches.map((cache) => writeThrough(cache, table.source, { name: 'k' }));
    if (here === undefined || there === undefined) throw new Error('There are two.');
    /** What lies in the cache. */
    const cached = () => Promise.all(caches.map((cache) => cache.get(here.keyOf('a'))));
    return { ...table, here, there, cached };
  }

  it('does not store a load that began before the write, whenever it ends', async () => {
    const { rows, here, there, last, cached } = prepare();
    rows.set('a', 'old');
    const reading = there.get('a');
    const load = await last();
    load.begin();
    const writing = here.set('a', 'new');
    await (await last()).end();
    await writing;
    await load.end();
    expect(await reading).toBe('old');
    for (const found of await cached()) expect(found).toBe('new');
  });

  it('does not keep a load that ran while the write did', async () => {
    const { rows, here, there, last, cached } = prepare();
    rows.set('a', 'old');
    const writing = here.set('a', 'new');
    const save = await last();
    const reading = there.get('a');
    const load = await last();
    load.begin();
    save.begin();
    await load.end();
    expect(await reading).toBe('old');
    await save.end();
    await writing;
    for (const found of await cached()) expect(found ?? 'new').toBe('new');
  });

  it('is empty after a write that failed, whether the source did it or not', async () => {
    const { rows, here, last, cached } = prepare();
    for (const done of [false, true]) {
      const first = here.set('a', 'old');
      await (await last()).end();
      await first;
      const failing = failureOf(here.set('a', 'new'));
      const save = await last();
      if (done) save.begin();
      const reason = new Error('timed out');
      await save.end(reason);
      expect(await failing).toBe(reason);
      expect(rows.get('a')).toBe(done ? 'new' : 'old');
      expect((await cached())[0]).toBeUndefined();
    }
  });

  it('does not store a load that began before a write that failed', async () => {
    const { rows, here, there, last, cached } = prepare();
    rows.set('a', 'old');
    const reading = there.get('a');
    const load = await last();
    load.begin();
    const failing = failureOf(here.set('a', 'new'));
    const save = await last();
    save.begin();
    await save.end(new Error('timed out'));
    await failing;
    await load.end();
    await reading;
    expect(await cached()).toEqual([undefined, undefined]);
  });

  it.each([
    ['as they came', 0, 0],
    ['in the other order', 1, 0],
    ['in the other order, and end in it', 1, 1],
    ['as they came, and end in the other order', 0, 1],
  ])('has what the database has, or nothing, after two writers whom it serves %s', async (_name, begun, ended) => {
    const { rows, steps, here, there, cached } = prepare();
    const writing = [here.set('a', 'one'), there.set('a', 'two')];
    await settledTurns();
    steps[begun]?.begin();
    steps[1 - begun]?.begin();
    await steps[ended]?.end();
    await steps[1 - ended]?.end();
    await Promise.all(writing);
    const stored = rows.get('a');
    for (const found of await cached()) expect(found ?? stored).toBe(stored);
  });
});

describe('a write and those who use its key in the cache without the repository', () => {
  it('does not store a load of theirs that began before', async () => {
    const { cache } = testCache();
    const values = writeThrough(cache, { load: () => 'x', save: () => {} }, { name: 'k' });
    const old = deferred<string>();
    const loading = cache.getOrSet(values.keyOf('a'), () => old.promise);
    await flush();
    await values.set('a', 'new');
    old.resolve('old');
    expect(await loading).toBe('old');
    expect(await cache.get(values.keyOf('a'))).toBe('new');
  });

  it('leaves nothing if they wrote meanwhile', async () => {
    const { cache } = testCache();
    const gate = deferred<void>();
    const values = writeThrough(cache, { load: () => 'x', save: () => gate.promise }, { name: 'k' });
    const writing = values.set('a', 'one');
    await flush();
    await cache.set(values.keyOf('a'), 'two');
    gate.resolve();
    await writing;
    expect(await cache.get(values.keyOf('a'))).toBeUndefined();
  });
});

describe('a write in one process', () => {
  it('is not kept if another process wrote meanwhile, also where that had to make room', async () => {
    const server = new SharedMemory();
    const [one, two] = [1, 2].map(() => createCache({ backend: server.client() }));
    if (one === undefined || two === undefined) throw new Error('Two were made.');
    const gate = deferred<void>();
    const slow = writeThrough(one, { load: () => 'x', save: () => gate.promise }, { name: 'k' });
    const quick = writeThrough(two, { load: () => 'x', save: () => {} }, { name: 'k' });
    const writing = slow.set('a', 'one');
    await settledTurns();
    await quick.set('a', 'two');
    server.evict({ name: 'cache', version: '1' } as StoreContext, spaceOf(one).id(slow.keyOf('a')));
    gate.resolve();
    await writing;
    expect(await two.get(quick.keyOf('a'))).toBeUndefined();
  });

  it('takes away what was made from the value, in the others too', async () => {
    const server = new SharedMemory();
    const [one, two] = [1, 2].map(() => createCache({ backend: server.client() }));
    if (one === undefined || two === undefined) throw new Error('Two were made.');
    const rows = new Map([['a', 'old']]);
    const source = {
      load: (key: string) => rows.get(key),
      save: (key: string, value: string) => void rows.set(key, value),
    };
    const [here, there] = [one, two].map((cache) => writeThrough(cache, source, { name: 'k' }));
    const page = () => two.getOrSet('page', async () => `page of ${await there?.get('a')}`);
    expect(await page()).toBe('page of old');
    await here?.set('a', 'new');
    expect(await page()).toBe('page of new');
  });
});

describe('writeThrough', () => {
  it('answers from the cache what was written, for its ttl', async () => {
    const { cache, clock } = testCache();
    let loads = 0;
    const load = () => `loaded ${(loads += 1)}`;
    const values = writeThrough(cache, { load, save: () => {} }, { name: 'k', ttl: 100, tags: ['all'] });
    await values.set('a', 'written');
    expect(await values.get('a')).toBe('written');
    clock.advance(100);
    expect(await values.get('a')).toBe('loaded 1');
    await values.set('a', 'written');
    await cache.invalidateTags(['all']);
    expect(await values.get('a')).toBe('loaded 2');
  });

  it('is not cached if one of its tags was invalidated while it was written', async () => {
    const { cache } = testCache();
    const save = () => cache.invalidateTags(['country:PT']);
    const tags = (_: string, value: string | undefined) => [`country:${value}`];
    const values = writeThrough(cache, { load: () => 'x', save }, { name: 'k', tags });
    await values.set('a', 'PT');
    expect(await cache.get(values.keyOf('a'))).toBeUndefined();
    await values.set('a', 'DE');
    expect(await cache.get(values.keyOf('a'))).toBe('DE');
  });

  it('invalidates what it is told to, its own tags too, also by a write that failed', async () => {
    const { cache } = testCache();
    const source = { load: () => 'x', save: (_: string, value: string) => rejectIf(value === 'bad'), remove: () => {} };
    const invalidates = (key: string, value: string | undefined) => [`list of ${key}`, `list of ${value}`, 'all'];
    const values = writeThrough(cache, source, { name: 'k', invalidates, tags: ['all'] });
    const list = (tag: string) => cache.getOrSet(tag, () => 'list', { tags: [tag] });
    const stillThere = async () => (await cache.getMany(['list of a', 'list of b', 'list of undefined'])).map(Boolean);
    const fill = () => Promise.all(['list of a', 'list of b', 'list of undefined'].map(list));
    await fill();
    await values.set('a', 'b');
    expect(await stillThere()).toEqual([false, false, true]);
    expect(await cache.get(values.keyOf('a'))).toBe('b');
    await fill();
    await values.delete('a');
    expect(await stillThere()).toEqual([false, true, false]);
    await fill();
    await failureOf(values.set('b', 'bad'));
    expect(await stillThere()).toEqual([true, false, true]);
  });

  it('writes several in one step, keeps those that were done and tells of the others', async () => {
    const { cache } = testCache();
    const reason = new Error('too long');
    const source: Source<string, string> = {
      load: () => 'from the source',
      save: () => {},
      saveMany: (saves) => saves.filter(({ value }) => value === 'bad').map(({ key }) => ({ key, error: reason })),
    };
    const values = writeThrough(cache, source, { name: 'k' });
    const failure = await failureOf(
      values.setMany([
        ['a', 'good'],
        ['b', 'bad'],
        ['c', 'good'],
      ]),
    );
    expect(failure).toMatchObject({ name: 'CacheError', code: 'ERR_CACHE_WRITE', cause: reason });
    expect((failure as PartialWriteError<string>).failures).toEqual([{ key: 'b', error: reason }]);
    expect((failure as Error).message).toContain('1 of 3 writes');
    expect(await values.getMany(['a', 'b', 'c'])).toEqual(['good', 'from the source', 'good']);
  });

  it('writes several one after the other where the source has no other way', async () => {
    const { cache } = testCache();
    const saved: string[] = [];
    const save = async (key: string, value: string) => {
      saved.push(`begin ${key}`);
      await flush();
      await rejectIf(value === 'bad');
      saved.push(`end ${key}`);
    };
    const values = writeThrough(cache, { load: () => 'loaded', save }, { name: 'k' });
    const failure = failureOf(
      values.setMany([
        ['a', 'good'],
        ['b', 'bad'],
        ['c', 'good'],
      ]),
    );
    expect(await failure).toMatchObject({ code: 'ERR_CACHE_WRITE', failures: [{ key: 'b' }] });
    expect(saved).toEqual(['begin a', 'end a', 'begin b', 'begin c', 'end c']);
    expect(await values.getMany(['a', 'b', 'c'])).toEqual(['good', 'loaded', 'good']);
  });

  it('does not take the result of a database for failures, nor for success', async () => {
    const { cache } = testCache();
    for (const result of [3, [{ id: 5 }], { rowCount: 2 }, [{ key: () => {}, error: 'no key' }]]) {
      const saveMany = () => result as unknown as undefined;
      const values = writeThrough(cache, { load: () => 'loaded', save: () => {}, saveMany }, { name: 'k' });
      await values.set('a', 'first');
      const failure = await failureOf(
        values.setMany([
          ['a', 'one'],
          ['b', 'two'],
        ]),
      );
      expect((failure as CacheError).code).toMatch(/^ERR_CACHE_(OPTION|KEY)$/);
      expect(await cache.get(values.keyOf('a'))).toBeUndefined();
      await values.set('a', 'after');
      expect(await cache.get(values.keyOf('a'))).toBe('after');
    }
  });

  it('gives each write an id of its own', async () => {
    const { cache } = testCache();
    const contexts: WriteContext[] = [];
    const source = {
      load: () => 'x',
      save: (_: string, __: string, context: WriteContext) => void contexts.push(context),
      remove: (_: string, context: WriteContext) => void contexts.push(context),
    };
    const values = writeAround(cache, source, { name: 'k' });
    await values.set('a', 'one');
    await values.set('a', 'two');
    await values.setMany([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    await values.delete('a');
    expect(new Set(contexts.map(({ id }) => id)).size).toBe(5);
    for (const { attempt, signal } of contexts) expect([attempt, signal.aborted]).toEqual([1, false]);
  });

  it('does not fail a write that the cache cannot keep', async () => {
    const { cache } = testCache({ backend: memory({ maxBytes: 4_000, maxEntries: 100 }) });
    const errors = recordEvents(cache, 'error');
    const rows = new Map<string, string>([['a', 'small']]);
    const source = {
      load: (key: string) => rows.get(key),
      save: (key: string, value: string) => void rows.set(key, value),
    };
    const values = writeThrough(cache, source, { name: 'k' });
    expect(await values.get('a')).toBe('small');
    const large = 'x'.repeat(10_000);
    await values.set('a', large);
    expect(await cache.get(values.keyOf('a'))).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(await values.get('a')).toBe(large);
  });

  it('leaves nothing if a function of the options throws, and does not write', async () => {
    const { cache } = testCache();
    let saves = 0;
    const tags = () => {
      throw new Error('no tags');
    };
    const values = writeThrough(cache, { load: () => 'x', save: () => (saves += 1) }, { name: 'k', invalidates: tags });
    await expect(values.set('a', 'b')).rejects.toThrow('no tags');
    expect(saves).toBe(0);
  });

  it('refuses sources that cannot write, and to delete what the source cannot remove', async () => {
    const { cache } = testCache();
    const refused = (option: string) => expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }) as Error;
    const make = (source: object, options: object = {}) =>
      writeThrough(cache, source as Source<string, string>, { name: 'k', ...options });
    expect(() => make({ load: () => 'x' })).toThrow(refused('save'));
    expect(() => make({ load: () => 'x', save: () => {}, remove: true })).toThrow(refused('remove'));
    expect(() => make({ save: () => {} })).toThrow(refused('source'));
    expect(() => make({ load: () => 'x', save: () => {} }, { invalidates: 'all' })).toThrow(refused('invalidates'));
    const values = make({ load: () => 'x', save: () => {} });
    await expect(values.delete('a')).rejects.toEqual(refused('remove'));
    const removed: unknown[] = [];
    const many = { load: () => 'x', save: () => {}, removeMany: (keys: unknown[]) => void removed.push(...keys) };
    await make(many).delete('a');
    expect(removed).toMatchObject([{ key: 'a', attempt: 1 }]);
  });
});

async function rejectIf(condition: boolean): Promise<void> {
  if (condition) throw new Error('bad');
}
